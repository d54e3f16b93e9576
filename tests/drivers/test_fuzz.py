"""Random and damaged frames through every driver: no number without its check, no crash, bounded memory.

A short run of every driver belongs to the tests. `python -m tests.drivers.test_fuzz 1000000 [PART]` sends so
many through each protocol, in turn through all drivers that share it: drivers whose frames are found and
checked in the same way differ only in their tables. All drivers of the catalogue take part by themselves.
"""

import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from drivers import catalogue
from drivers.checking import examples_of
from drivers.example import events_of
from drivers.file_driver import FileDriver
from drivers.instrument import Driver
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Event, Indicated, Measured
from drivers.protocols.modbus import crc
from drivers.quantity import Quantity, known_unit
from drivers.query_driver import QueryDriver
from drivers.reading import Kind, Stability
from drivers.register_driver import RegisterDriver
from tests.drivers.second_opinion import CHECKS, as_written

DRIVERS = {name: driver for name in catalogue.names() if not (driver := catalogue.load(name)).keyed}
ALPHABET = b" +-.,:/0123456789STUSDGNOLRMkgtlb?=E^_\x00\x02\x03\x06\r\n\x7f\xff\x68\x16\x10"
MOST_KEPT = 4096
"""characters, telegrams or events that a decoder may keep at any moment"""
MOST_GROWN_KB = 32 * 1024
LINE_ENDS = (b"\r\n", b"\r", b"\x03", b"\x16", b"")


def own_frames(driver: Driver) -> list[bytes]:
    """Frames that the driver understands: its examples; for a driver in Python what it says of some loads."""
    if isinstance(driver, FileDriver | MbusDriver | QueryDriver | RegisterDriver):
        return [frame for _, frame in examples_of(driver) if frame]
    frames = []
    for unit in ("kg", "g", "V", "kWh"):
        for text in ("0.00", "12.34", "-1.5"):
            shown = Indicated(
                indication=Quantity(text, unit),
                stability=Stability.STABLE,
                kind=Kind.UNKNOWN,
                high_resolution=False,
                frame=b"",
            )
            events: list[Event] = [shown, Measured(values=dict.fromkeys(driver.channels, shown), frame=b"")]
            for event in events:
                try:
                    frames.append(driver.render(event))
                except Exception:  # noqa: BLE001, S112 -- an instrument that cannot say this says another
                    continue
    return [frame for frame in frames if frame] or [b"\x00"]


def frames(own: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """Without end: nonsense, frames of the driver damaged, cut, joined and repeated."""
    while True:
        match chance.randrange(4):
            case 0:
                yield bytes(chance.choices(ALPHABET, k=chance.randrange(24))) + chance.choice(LINE_ENDS)
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


def judge(driver: Driver, frame: bytes, read: Mapping[str, Indicated]) -> None:
    """The check of a frame that gave a reading, computed once more by what does not know the program."""
    if (agree := CHECKS.get(driver.mark.id)) is not None:
        assert agree(frame, read), f"{frame!r} gave {read}"
    if isinstance(driver, FileDriver) or (isinstance(driver, QueryDriver) and not in_hexadecimal(driver)):
        assert as_written(frame, read), f"{frame!r} gave {read}"
    if isinstance(driver, RegisterDriver):
        while frame:  # settings that decide about the value are asked before it
            asked, size = frame[:8], 5 + frame[10]
            answer, frame = frame[8 : 8 + size], frame[8 + size :]
            assert crc(asked) == crc(answer) == 0
            assert asked[:2] == answer[:2]
    elif isinstance(driver, MbusDriver):
        while frame:
            size = frame[1] + 6
            assert frame[0] == frame[3] == 0x68
            assert sum(frame[4 : size - 2]) & 0xFF == frame[size - 2]
            frame = frame[size:]


def in_hexadecimal(driver: QueryDriver) -> bool:
    """Whether its numbers are not written in decimal digits."""
    return 'digits = "hex' in driver.text


def judged(driver: Driver, event: Event) -> int:
    """How many numbers an event holds; each is one that may be believed."""
    values = event.values if isinstance(event, Measured) else {"": event}
    numbers = {name: one for name, one in values.items() if isinstance(one, Indicated)}
    for one in numbers.values():
        assert one.indication.value.is_finite()
        assert known_unit(one.indication.unit)
    if numbers:
        judge(driver, event.frame, numbers)
    return len(numbers)


def kept(decoder: object) -> int:
    """The size of the largest thing a decoder keeps."""
    return max((len(value) for value in vars(decoder).values() if hasattr(value, "__len__")), default=0)


def fuzz(driver: Driver, count: int, seed: int) -> int:
    """The numbers that came out; every one of them judged."""
    chance = random.Random(seed)  # noqa: S311 -- a repeatable test, no secret
    decoder, sent, heard, numbers = driver.decoder(), 0, 0, 0
    source = frames(own_frames(driver), chance)
    for _ in range(count):
        frame = next(source)
        sent += len(frame)
        at = chance.randrange(len(frame) + 1)
        for part in (frame[:at], frame[at:]):
            decoder.receive(part)
            while (event := decoder.next_event()) is not None:
                heard += len(event.frame)
                numbers += judged(driver, event)
        assert kept(decoder) < MOST_KEPT
    decoder.end()
    while (event := decoder.next_event()) is not None:
        heard += len(event.frame)
        numbers += judged(driver, event)
    if isinstance(driver, FileDriver):
        assert heard + decoder.skipped == sent, "every byte is in an event or counted as skipped"
    return numbers


def protocol(driver: Driver) -> str:
    """How its frames are found and checked."""
    if isinstance(driver, FileDriver):
        framing, check = type(driver.frames.framing).__name__, driver.frames.check
        order = ", reversed" if driver.frames.reversed_part else ""
        checked = f"{check.computed} as {check.spelled}" if check else "no check"
        return f"characters, {framing}, {checked}{order}"
    return type(driver).__name__


@pytest.mark.parametrize("name", DRIVERS)
def test_random_and_damaged_frames_never_crash_and_never_pass_their_check(name):
    assert fuzz(DRIVERS[name], 200, seed=20261121) > 0


def test_every_driver_whose_frames_are_checked_has_a_second_opinion():
    checked = {
        name
        for name, driver in DRIVERS.items()
        if (isinstance(driver, FileDriver) and driver.frames.check is not None)
        or (isinstance(driver, QueryDriver) and driver.interview.checked)
        or not isinstance(driver, FileDriver | QueryDriver | RegisterDriver | MbusDriver)
    }
    assert checked == CHECKS.keys()


@pytest.mark.parametrize("name", CHECKS)
def test_the_second_opinion_notices_damage(name):
    driver, noticed = DRIVERS[name], 0
    own = own_frames(driver)
    if name.startswith("toledo"):  # of which no example shows the check character
        own += [frame + bytes((-sum(frame) % 128,)) for frame in own]
    for frame in own:
        (event, *_) = events_of(driver, frame)
        values = event.values if isinstance(event, Measured) else {"": event}
        read = {channel: one for channel, one in values.items() if isinstance(one, Indicated)}
        for at in range(len(frame) if read else 0):
            damaged = frame[:at] + bytes((frame[at] ^ 1,)) + frame[at + 1 :]
            try:
                noticed += not CHECKS[name](damaged, read)
            except (ValueError, ArithmeticError, LookupError):  # it cannot even be computed
                noticed += 1
    assert noticed > 0


def main() -> int:
    wanted, only = int(sys.argv[1]), sys.argv[2:]
    groups: dict[str, list[str]] = defaultdict(list)
    for name, driver in DRIVERS.items():
        if not only or any(part in protocol(driver) for part in only):
            groups[protocol(driver)].append(name)
    for driver in DRIVERS.values():  # what is made once is made before memory is measured
        fuzz(driver, 20, seed=wanted)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    for group, names in sorted(groups.items()):
        at, found = time.perf_counter(), 0
        for name in names:
            found += fuzz(DRIVERS[name], -(-wanted // len(names)), seed=wanted)
        spent = time.perf_counter() - at
        print(f"{group}: {len(names)} drivers, {wanted} frames, {found} numbers, {spent:.0f} s", flush=True)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{len(groups)} protocols in {time.perf_counter() - began:.0f} s; memory grew by {grown} KiB")
    return 1 if grown > MOST_GROWN_KB else 0


if __name__ == "__main__":
    sys.exit(main())
