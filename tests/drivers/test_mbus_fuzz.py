"""Random and damaged telegrams through every M-Bus driver: no number without its check, bounded memory.

A short run belongs to the tests; `python -m tests.drivers.test_fuzz 1000000` sends so many through each.
"""

import random

import pytest

from drivers import catalogue
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Indicated, Measured
from drivers.protocols.mbus_link import opened, size_of

METERS = {name: one for name in catalogue.names() if isinstance(one := catalogue.load(name), MbusDriver)}
LONGEST = 261


def readings(event):
    values = event.values.values() if isinstance(event, Measured) else [event]
    return [one for one in values if isinstance(one, Indicated)]


def fuzz(driver, count, seed):
    """The readings that came out of damaged telegrams; every one of them judged."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable test, not a secret
    own = [data for _, data in driver.examples]
    decoder, found = driver.decoder(), 0
    for _ in range(count):
        frame = bytearray(chance.choice(own))
        match chance.randrange(4):
            case 0:
                frame = bytearray(chance.randbytes(chance.randrange(1, 40)))
            case 1:
                for _ in range(chance.randrange(1, 4)):
                    frame[chance.randrange(len(frame))] = chance.randrange(256)
            case 2:
                frame = frame[: chance.randrange(1, len(frame))]
        decoder.receive(bytes(frame))
        while (event := decoder.next_event()) is not None:
            for one in readings(event):
                found += 1
                raw, control = event.frame, set()
                while raw:
                    size = size_of(raw)
                    part = opened(raw[:size])
                    assert part is not None, "a reading without its check"
                    control.add(part.is_response)
                    raw = raw[size:]
                assert control == {True}
                assert one.indication.value.is_finite()
        assert len(decoder._buffer) <= LONGEST
        assert len(decoder._chain) <= driver.records.telegrams
    return found


@pytest.mark.parametrize("name", METERS)
def test_random_and_damaged_telegrams_never_pass_their_check(name):
    assert fuzz(METERS[name], 400, seed=20261121) > 0
