"""Times between pulses from a counter that is read now and then: never shorter than they were."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.energy_meters.pulses import intervals_of
from procedures.errors import ProcedureError

END = 65536


def reading(elapsed, count, *, unit="pcs", wraps_at=END):
    return Reading(
        instrument="counter",
        indication=Quantity(count, unit),
        stability=Stability.NOT_REPORTED,
        origin=Origin.TWIN,
        driver=DriverMark(id="x", digest="0"),
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed=elapsed,
        wraps_at=None if wraps_at is None else Quantity(wraps_at, "pcs"),
    )


def seconds(quantities):
    return [float(one.value) for one in quantities]


LOGS = {
    "none came": ([(0, 7), (5, 7), (9, 7)], [], 4),
    "one, seen late": ([(0, 7), (5, 7), (9, 8)], [9], 0),
    "two": ([(0, 7), (4, 8), (5, 8), (10, 9), (12, 9)], [4, 10], 2),
    "two between two readings": ([(0, 7), (1, 7), (3, 9), (4, 9)], [3, 2], 1),
    "across the end of the counter": ([(0, 65535), (1, 0), (2, 1)], [1, 2], 0),
}


@pytest.mark.parametrize("case", LOGS)
def test_an_interval_is_as_long_as_the_log_allows(case):
    log, intervals, silent = LOGS[case]
    found, waited = intervals_of("pulses/1", [reading(at, count) for at, count in log])
    assert seconds(found) == intervals
    assert float(waited.value) == silent


@given(
    st.lists(st.floats(0.05, 20), min_size=1, max_size=12),
    st.lists(st.floats(0.01, 9), min_size=2, max_size=40),
    st.integers(0, END - 1),
)
def test_no_interval_comes_out_shorter_than_it_was_nor_a_silence_longer(gaps, looks, start):
    pulses = [sum(gaps[: at + 1]) for at in range(len(gaps))]
    times = [0.0, *(sum(looks[: at + 1]) for at in range(len(looks)))]
    log = [reading(at, (start + sum(pulse <= at for pulse in pulses)) % END) for at in times]
    found, waited = intervals_of("pulses/1", log)
    seen = [pulse for pulse in pulses if pulse <= times[-1]]
    assert len(found) == len(seen)
    true = [later - earlier for earlier, later in zip([0.0, *seen], seen, strict=False)]
    assert all(one >= other - 1e-6 for one, other in zip(seconds(found), true, strict=True))
    assert float(waited.value) <= times[-1] - (seen[-1] if seen else 0) + 1e-6


WRONG = {
    "it lost its count": [reading(0, 500), reading(1, 3, wraps_at=None)],
    "it began anew in the middle": [reading(0, 30000), reading(1, 0)],
    "it shows a frequency": [reading(0, 5, unit="Hz"), reading(1, 5, unit="Hz")],
}


@pytest.mark.parametrize("case", WRONG)
def test_a_counter_that_cannot_be_followed_is_refused(case):
    with pytest.raises(ProcedureError) as refused:
        intervals_of("pulses/1", WRONG[case])
    assert refused.value.code == "meter.register"
