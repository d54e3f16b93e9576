"""Case files with one spoilt entry: one plain sentence or a verdict, never a traceback or a free pass."""

import copy
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from drivers.errors import PlainError
from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.catalogue import find
from procedures.errors import ProcedureError
from procedures.flow_meters.task import ruled_task
from procedures.point import Activity, Outcome

KINDS = (
    "fuel_dispensers", "mechanical_scales", "gas_meters", "flow_meters", "energy_meters", "capacity_measures",
    "tank_trucks", "weights", "water_meters", "length_measures", "level_gauges",
)  # fmt: skip
GONE = object()


def example(kind: str) -> dict[str, Any]:
    return tomllib.loads(find(kind).example_case, parse_float=Decimal)


def entries(content: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], object]]:
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for name, value in pairs:
        yield (*path, name), value
        if isinstance(value, dict | list):
            yield from entries(value, (*path, name))


def spoilt(content: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    found = copy.deepcopy(content)
    at = found
    for name in path[:-1]:
        at = at[name]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return found


def spoils(value: object) -> Iterator[object]:
    yield GONE
    match value:
        case str():
            unit = value.partition(" ")[2]
            yield from (
                "",
                "abc",
                [value],
                f"0 {unit}",
                f"-5 {unit}",
                f"{'9' * 25} {unit}",
                "5 kg",
                "5 °C",
                "5 L",
            )
        case bool():
            yield "yes"
        case int() | Decimal():
            yield from (0, -1, 10**30, Decimal("NaN"), Decimal("Infinity"), Decimal("1E-400"), "abc")
        case list():
            yield from ([], value + value, value[::-1])
        case dict():
            yield from ({}, {**value, "nonsense": 1})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_a_spoilt_entry_is_told_in_one_sentence_or_judged_and_never_a_traceback(kind):
    procedure, good = find(kind), example(kind)
    told: list[PlainError] = []
    for path, value in entries(good):
        for other in spoils(value):
            try:
                procedure.compute(spoilt(good, path, other))
            except PlainError as refused:
                told.append(refused)
    assert told
    assert all(one.message.format_map(one.facts) and one.remedy for one in told)


PASSES = {
    "a measure that holds nothing": (
        "fuel_dispensers", ("nozzle", 0, "delivery", 0, "vessel", "volume"), "0 L"
    ),
    "a display with steps of a litre": ("fuel_dispensers", ("uut", "d"), "1 L"),
    "a smallest quantity above what is delivered": ("fuel_dispensers", ("uut", "mmq"), "50 L"),
    "prices in steps of a million": ("fuel_dispensers", ("uut", "price_interval"), 1_000_000),
    "prices in steps of nothing": ("fuel_dispensers", ("uut", "price_interval"), 0),
    "a liquid for less than nothing": ("fuel_dispensers", ("uut", "nozzles", 0, "unit_price"), -1),
    "a totaliser with steps of a tank": ("fuel_dispensers", ("uut", "totaliser_step"), "1000 L"),
    "a measure known to a litre": ("fuel_dispensers", ("uncertainty", "reference"), "1 L"),
    "a flow meter with steps of a tank": ("flow_meters", ("uut", "d"), "1000 L"),
    "a flow meter for more than went through": ("flow_meters", ("uut", "mmq"), "100000 L"),
    "a measure that was made in the cold": (
        "flow_meters", ("meter", 0, "delivery", 1, "vessel", "reference_temperature"), "-28 °C"
    ),
    "a gas meter with steps of a room": ("gas_meters", ("uut", "d"), "1000 L"),
    "a register with steps of a year": ("energy_meters", ("uut", "d"), "1000 kWh"),
    "a line drawn with a broom": ("capacity_measures", ("uut", "d"), "2 L"),
    "a standard known to a tenth": ("capacity_measures", ("uncertainty", "reference"), "10 %"),
    "a tank that may hold anything": ("tank_trucks", ("uut", "permitted"), "200 %"),
    "a truck as high as a tower": ("tank_trucks", ("compartment", 0, "dimensions", "t1"), "1650 m"),
    "more poured in than there is room": (
        "tank_trucks", ("compartment", 0, "sensitivity", 0, "added"), "1000000 L"
    ),
    "air colder than any room": ("weights", ("comparison", 0, "air", "temperature"), "-26.5 °C"),
    "air without any water": ("weights", ("comparison", 0, "air", "humidity"), "0 %"),
    "no air at all": ("weights", ("comparison", 1, "air_density"), "0 kg/m3"),
    "a weight named twice": ("weights", ("comparison", 0, "weights"), ["1 kg", "1 kg"]),
    "a cycle of one for several": ("weights", ("comparison", 1, "cycle"), GONE),
    "steam in a water meter": ("water_meters", ("meter", 0, "delivery", 0, "temperature"), "274 °C"),
    "a water meter with steps of a tank": ("water_meters", ("uut", "d"), "1000 L"),
    "a pipe without a bore": ("water_meters", ("uut", "dn"), 0),
}  # fmt: skip


@pytest.mark.parametrize("case", PASSES.values(), ids=PASSES)
def test_what_cannot_be_never_passes(case):
    kind, path, value = case
    good = example(kind)
    assert find(kind).compute(good).verdict.outcome is Outcome.CONFORMS
    try:
        found = find(kind).compute(spoilt(good, path, value)).verdict.outcome
    except ProcedureError:
        return
    assert found is not Outcome.CONFORMS


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_a_spoilt_mark_of_an_order_is_told_before_anything_is_touched_or_planned(kind):
    procedure = find(kind)
    marks = example(kind)["uut"] | ({"method": "power_time"} if kind == "energy_meters" else {})
    assert procedure.outline is not None

    def outlined(uut: dict[str, Any]) -> object:
        order = Assignment(kind=kind, activity=Activity.SUBSEQUENT_VERIFICATION, uut=uut)
        return procedure.outline(order, date(2026, 11, 22))

    assert outlined(marks)
    told: list[PlainError] = []
    for path, value in entries(marks):
        for other in spoils(value):
            try:
                outlined(spoilt(marks, path, other))
            except PlainError as refused:
                told.append(refused)
    assert all(one.message.format_map(one.facts) and one.remedy for one in told)
    assert told


@pytest.mark.parametrize("mmq", ["1 L", "199.5 L", "200 L", "5000 L"])
def test_a_flow_meter_is_never_planned_below_its_smallest_quantity(mmq):
    marks = example("flow_meters")["uut"] | {"mmq": mmq, "d": "0.01 L"}
    order = Assignment(kind="flow_meters", activity=Activity.SUBSEQUENT_VERIFICATION, uut=marks)
    task = ruled_task(order, date(2026, 11, 22))
    assert task.flows
    assert all(one.volume >= Quantity.parse(mmq) for one in task.flows)
