"""Random and damaged frames through every driver file: no number without its check, no crash, bounded memory.

A short run belongs to the tests; `python -m tests.drivers.test_fuzz 1000000` sends so many through each.
"""

import random
import sys
import time

import pytest

from drivers import catalogue
from drivers.description import read_description
from drivers.file_driver import FileDriver
from drivers.protocols import Indicated
from drivers.protocols.escape import typed_to_bytes
from drivers.quantity import known_unit

LOADED = {name: catalogue.load(name) for name in catalogue.names()}
DRIVERS = {name: one for name, one in LOADED.items() if isinstance(one, FileDriver) and not one.keyed}
ALPHABET = b" +-.,:/0123456789STUSDGNOLRMkgtlb?=E^_\x00\x02\x03\x06\r\n\x7f\xff"
MOST_KEPT = 1024


def frames(driver, chance):
    """Without end: nonsense, examples of the driver damaged, cut, joined and repeated."""
    own = [
        typed_to_bytes(e.rx) for e in read_description(driver.text.encode("utf-8"), driver.mark.id).example
    ]
    while True:
        match chance.randrange(4):
            case 0:
                end = chance.choice((b"\r\n", b"\r", b"\x03", b""))
                yield bytes(chance.choices(ALPHABET, k=chance.randrange(24))) + end
            case 1:
                yield chance.choice(own)
            case 2:
                frame = chance.choice(own)
                at = chance.randrange(len(frame))
                yield frame[:at] if chance.random() < 0.5 else frame[at:]
            case _:
                frame = bytearray(chance.choice(own))
                for _ in range(chance.randrange(1, 4)):
                    frame[chance.randrange(len(frame))] = chance.choice((chance.randrange(256), *ALPHABET))
                yield bytes(frame)


def fuzz(driver, count, seed):
    """The readings that came out; every one of them judged."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable test, not a secret
    decoder, sent, heard, readings = driver.decoder(), 0, 0, 0
    check = driver.frames.check
    source = frames(driver, chance)
    for _ in range(count):
        frame = next(source)
        sent += len(frame)
        at = chance.randrange(len(frame) + 1)
        for part in (frame[:at], frame[at:]):
            decoder.receive(part)
            while (event := decoder.next_event()) is not None:
                heard += len(event.frame)
                if isinstance(event, Indicated):
                    readings += 1
                    assert event.indication.value.is_finite()
                    assert known_unit(event.indication.unit)
                    if check is not None and not (check.optional and len(event.frame) == check.at):
                        assert check.holds(event.frame)
        assert len(decoder._buffer) + len(decoder._noise) < MOST_KEPT
    decoder.end()
    while (event := decoder.next_event()) is not None:
        heard += len(event.frame)
    assert heard + decoder.skipped == sent, "every byte is in an event or counted as skipped"
    return readings


@pytest.mark.parametrize("name", DRIVERS)
def test_random_and_damaged_frames_never_crash_and_never_pass_their_check(name):
    assert fuzz(DRIVERS[name], 500, seed=20261121) > 0


if __name__ == "__main__":
    wanted = int(sys.argv[1])
    for name, driver in DRIVERS.items():
        began = time.perf_counter()
        found = fuzz(driver, wanted, seed=wanted)
        print(f"{name}: {wanted} frames, {found} readings, {time.perf_counter() - began:.0f} s")
