"""A register read before and after a run: volumes, pulses, and counters that begin anew at zero."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from drivers.reading import DriverMark, Origin, Reading, Stability
from procedures.action import Choice
from procedures.errors import ProcedureError
from procedures.water_meters.reader import BenchReader

PLANNED = Quantity(200, "L")
PULSE = Quantity(1, "L")
MODULUS = Quantity(65536, "pcs")


@dataclass
class Registers:
    """The port of a run that has a register and nothing else."""

    shown: list
    wraps_at: Quantity | None = None
    read: int = field(default=0)
    asked: list = field(default_factory=list)
    says: str = "measure_again"

    async def settled(self, role, **_):
        self.read += 1
        return Reading(
            instrument=role,
            indication=self.shown.pop(0),
            stability=Stability.NOT_REPORTED,
            origin=Origin.TWIN,
            driver=DriverMark(id="x", digest="0"),
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
            elapsed=0.0,
            wraps_at=self.wraps_at,
        )

    async def ask(self, action):
        self.asked.append(action)
        return Choice(self.says)

    def path(self):
        return "accuracy/1"


def passed(*shown, wraps_at=None, pulse=PULSE, planned=PLANNED):
    run = Registers(list(shown), wraps_at)
    reader = BenchReader(run, None)

    async def both():
        start = await reader.register("meter/1", None, planned=planned, pulse=pulse)
        end = await reader.register("meter/1", None, planned=planned, pulse=pulse, start=start)
        return end.value - start.value

    return asyncio.run(both())


def pulses(number):
    return Quantity(number, "pcs")


SEEN = {
    "a register of volume": (Quantity("12.345", "m3"), Quantity("12.546", "m3"), None, Quantity(201, "L")),
    "pulses": (pulses(17), pulses(217), MODULUS, Quantity(200, "L")),
    "pulses across the end of the counter": (pulses(65500), pulses(163), MODULUS, Quantity(199, "L")),
    "exactly to the end": (pulses(65336), pulses(0), MODULUS, Quantity(200, "L")),
    "nothing flowed": (pulses(65535), pulses(65535), MODULUS, Quantity(0, "L")),
}


@pytest.mark.parametrize("case", SEEN)
def test_what_went_through_is_the_difference(case):
    start, end, wraps_at, volume = SEEN[case]
    assert passed(start, end, wraps_at=wraps_at) == volume


@given(st.integers(0, 65535), st.integers(0, 400))
def test_wherever_a_counter_stands_so_many_pulses_are_so_many(start, count):
    end = (start + count) % 65536
    assert passed(pulses(start), pulses(end), wraps_at=MODULUS) == Quantity(count, "L")


BACKWARDS = {
    "a register of volume": (Quantity(12, "m3"), Quantity(11, "m3"), None),
    "a counter without an end": (pulses(200), pulses(100), None),
    "a counter that lost its count and began at zero": (pulses(30000), pulses(0), MODULUS),
}


@pytest.mark.parametrize("case", BACKWARDS)
def test_a_register_that_ran_backwards_gives_no_volume(case):
    start, end, wraps_at = BACKWARDS[case]
    with pytest.raises(ProcedureError) as refused:
        passed(start, *[end] * 5, wraps_at=wraps_at)
    assert refused.value.code == "meter.register"


def test_a_counter_that_could_begin_anew_unseen_is_refused_before_anything_flows():
    with pytest.raises(ProcedureError) as refused:
        passed(pulses(0), pulses(0), wraps_at=Quantity(256, "pcs"))
    assert refused.value.code == "meter.counter_short"


def test_pulses_without_their_volume_are_no_register():
    with pytest.raises(ProcedureError) as refused:
        passed(*[pulses(5)] * 5, pulse=None)
    assert refused.value.code == "meter.register"


def test_a_register_that_cannot_be_is_told_with_what_can_be_and_read_again():
    """A comma that was forgotten, then a digit; neither ends the run, and neither is kept."""
    litres = (Quantity(text, "L") for text in ("163.4", "1634", "16.34", "363.6"))
    run = Registers(list(litres))
    reader = BenchReader(run, None)

    async def both():
        start = await reader.register("meter/1", None, planned=PLANNED, pulse=None)
        return start, await reader.register("meter/1", None, planned=PLANNED, pulse=None, start=start)

    start, end = asyncio.run(both())
    assert end.value - start.value == Quantity("200.2", "L")
    assert [(one.question, one.facts) for one in run.asked] == [
        ("register_jumped", {"reading": "1634 L", "passed": "1470.6 L", "planned": "200 L"}),
        ("cannot_be", {"reading": "16.34 L", "least": "163.4 L", "most": "563.4 L"}),
    ]


def test_what_did_go_through_beyond_the_plan_is_recorded_when_a_person_says_so():
    run = Registers([Quantity(100, "L"), Quantity(900, "L")], says="record")
    reader = BenchReader(run, None)

    async def both():
        start = await reader.register("meter/1", None, planned=PLANNED, pulse=None)
        return start, await reader.register("meter/1", None, planned=PLANNED, pulse=None, start=start)

    start, end = asyncio.run(both())
    assert end.value - start.value == Quantity(800, "L")
