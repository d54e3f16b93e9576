"""Where partial ranges meet: which e counts, what the display shows, what small weights find there."""

import asyncio
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from drivers.twins.physics import ScaleBody
from drivers.twins.settings import TwinSettings, WeighingInterval
from procedures.action import AddSmallWeights, Choose, Instruction
from procedures.point import Outcome
from procedures.scales.basis import Basis
from procedures.scales.creep import zero_return
from procedures.scales.indication_error import error_of_indication
from procedures.scales.instrument import read_scale
from procedures.scales.observation import Observations, Weighing
from procedures.scales.rules import choose_rules
from procedures.scales.script import scales
from procedures.scales.task import PlannedLoad
from procedures.scales.weighing import ScaleReader, place
from tests.procedures.memory_run import MemoryRun, ScaleModel
from tests.procedures.scales_at_hand import DAY, SET, TERA, mass, scale_task, standard, weights

PLATE = {
    "class": "III",
    "intervals": [{"max": "3 kg", "e": "1 g"}, {"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}],
}
RANGES = {
    "class": "III",
    "ranges": [{"max": "6 kg", "e": "2 g", "min": "40 g"}, {"max": "15 kg", "e": "5 g", "min": "100 g"}],
}
R76 = "oiml-r76-1-2006"
PARTS = ((3000, 1), (6000, 2), (15000, 5))


def step_at(grams: Decimal) -> int:
    return next((d for most, d in PARTS if grams <= most), PARTS[-1][1])


def shown_by(result: Decimal) -> Decimal:
    step = step_at(result)
    return (result / step + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * step


@dataclass
class SteppedModel(ScaleModel):
    """The step follows the load."""

    def display(self, *, fine: bool) -> Quantity:
        return Quantity(shown_by(self.result()), self.unit)


def body(**settings) -> ScaleBody:
    return ScaleBody(TwinSettings(settling_s=Decimal(0), **settings), at=0.0)


def interval(*parts: tuple[str, str]) -> tuple[WeighingInterval, ...]:
    return tuple(WeighingInterval(mass(most), mass(d)) for most, d in parts)


STEPPED = interval(("3 kg", "1 g"), ("6 kg", "2 g"), ("15 kg", "5 g"))
SHOWN = {
    "2999.4 g": "2999 g",
    "2999.5 g": "3000 g",
    "3000 g": "3000 g",
    "3000.9 g": "3000 g",
    "3001 g": "3002 g",
    "6000 g": "6000 g",
    "6002.4 g": "6000 g",
    "6002.5 g": "6005 g",
    "15000 g": "15000 g",
}


@pytest.mark.parametrize(("load", "shown"), SHOWN.items())
def test_a_twin_steps_as_its_partial_range_does(load, shown):
    scale = body(intervals=STEPPED)
    scale.place(mass(load), at=1.0)
    assert scale.indicated(at=5.0).indication == mass(shown)


def test_the_net_load_chooses_the_partial_range():
    scale = body(intervals=STEPPED)
    scale.place(mass("7002 g"), at=1.0)
    assert scale.tare(at=5.0)
    assert scale.indicated(at=6.0).indication == mass("0 g")
    scale.place(mass("1001 g"), at=7.0, beside=mass("7002 g"))
    assert scale.indicated(at=9.0).indication == mass("1001 g")
    scale.place(mass("5001 g"), at=10.0, beside=mass("7002 g"))
    assert scale.indicated(at=12.0).indication == mass("5002 g")


def test_a_multiple_range_twin_comes_down_only_when_it_is_unloaded():
    scale = body(ranges=interval(("6 kg", "2 g"), ("15 kg", "5 g")))
    shown = []
    for at, load in enumerate(("4002 g", "9002 g", "4002 g", "0 g", "4002 g"), 1):
        if load == "0 g":
            scale.remove(at=at * 10.0)
        else:
            scale.place(mass(load), at=at * 10.0)
        shown.append(str(scale.indicated(at=at * 10.0 + 5).indication))
    assert shown == ["4002 g", "9000 g", "4000 g", "0 g", "4002 g"]


LIMITS = {
    "3000 g": "1.5 g",
    "3001 g": "2 g",
    "4000 g": "2 g",
    "4002 g": "3 g",
    "6000 g": "3 g",
    "6005 g": "5 g",
}


@pytest.mark.parametrize(("load", "limit"), LIMITS.items())
def test_the_load_chooses_the_limit_and_max_i_belongs_to_its_own_range(load, limit):
    basis = Basis(read_scale(PLATE), choose_rules(R76, DAY)[0], TERA, Observations())
    assert basis.permitted(mass(load), basis.part(mass(load), None, mass(load))) == mass(limit)


@given(
    load=st.sampled_from([1000, 2999, 3000, 3002, 6000, 6005, 15000]),
    tenths=st.integers(-29, 29),
)
def test_without_small_weights_the_true_error_is_within_the_bounds(load, tenths):
    result = load + Decimal(tenths) / 10
    basis = Basis(read_scale(PLATE), choose_rules(R76, DAY)[0], TERA, Observations())
    at = Quantity(load, "g")
    found = basis.found(Weighing(load=at, indication=Quantity(shown_by(result), "g")), at)
    assert found.lowest <= Quantity(result - load, "g") <= found.highest


OFFSETS = ("-0.4", "-0.1", "0", "0.2", "0.5", "0.9")


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("load", ["2000 g", "3000 g", "4000 g", "6000 g", "10000 g"])
def test_small_weights_find_the_error_at_and_beside_the_ends(load, offset):
    """At Max_i the display rises by the next d: half of that, not of its own, belongs to the result."""
    task = scale_task(PLATE, rules=R76)
    run = MemoryRun(SteppedModel(Decimal(1), offset=Decimal(offset)))
    reader, planned = ScaleReader(run, task), PlannedLoad(load=mass(load), weights=())

    async def found():
        async with run.series("s"), run.step("1"):
            shown = await reader.weigh((place(planned),), planned)
            return (await reader.changeover(shown, planned)).on(
                Weighing(load=planned.load, indication=shown.indication)
            )

    row = asyncio.run(found())
    assert row.added is not None
    basis = Basis(task.scale, task.rules, TERA, Observations())
    error = basis.found(row, row.load).exact
    small = (row.rise or task.scale.part_at(row.indication).resolution) * Decimal("0.1")
    assert mass("0 g") <= Quantity(offset, "g") - error <= small
    assert not any(action for _, action in run.actions if type(action).__name__ == "Choose")


def test_a_rise_that_was_written_down_decides_over_d():
    given_ = {
        "load": mass("3000 g"),
        "indication": mass("3000 g"),
        "step": mass("1 g"),
        "added": mass("1 g"),
        "fine": False,
        "without_added": "bounded",
    }
    assert error_of_indication(**given_).exact == mass("-0.5 g")
    assert error_of_indication(**given_, rise=mass("2 g")).exact == mass("0 g")


def test_zero_returns_within_half_of_the_smallest_interval():
    e1 = read_scale(PLATE).e1
    assert zero_return(mass("0 g"), mass("0.5 g"), e1) is Outcome.CONFORMS
    assert zero_return(mass("0 g"), mass("0.6 g"), e1) is Outcome.DOES_NOT_CONFORM


def test_weighings_of_a_multiple_range_scale_are_judged_in_the_range_that_takes_them():
    task = scale_task(RANGES | {"ranges": [{"max": "6 kg", "e": "2 g"}, {"max": "12 kg", "e": "5 g"}]})
    assert task.repeatability.load == mass("6 kg")
    assert task.repeatability.range is None
    assert task.scale.part_at(task.repeatability.load).e == mass("2 g")


@dataclass
class RangedModel(ScaleModel):
    """Changes to 5 g beyond 6 kg gross by itself, and back when it is unloaded."""

    coarse: bool = False

    def obey(self, action: Instruction) -> None:
        self.coarse = self.coarse and not getattr(action, "unload_first", False) and bool(self.on_receptor())
        super().obey(action)

    def display(self, *, fine: bool) -> Quantity:
        self.coarse = self.coarse or self.result() + self.tare > 6000
        self.step = Decimal(5) if self.coarse else Decimal(2)
        return super().display(fine=fine)


AT_HAND = (
    standard(weights=(*SET, *weights("10 kg*2"))),
    standard("S-10", weights=weights("500 mg*10", "200 mg*10", "100 mg*10")),
)


@pytest.mark.parametrize("offset", ["2.6", "4", "-4"])
def test_a_scale_that_changes_its_range_at_max_of_the_lower_one_is_no_scale_of_another_d(offset):
    """At 6 kg it errs by less than the 6 g of tera ulang, and shows 6005 g, which range 1 could not."""
    model = RangedModel(Decimal(2), gain=Decimal(offset) / 6000)
    concluded = asyncio.run(scales(MemoryRun(model), scale_task(RANGES, standards=AT_HAND)))
    assert concluded.verdict.outcome is Outcome.CONFORMS


def test_beyond_max_of_the_range_in_use_what_both_can_show_counts_as_the_coarser():
    scale = read_scale(RANGES)
    shown = {"6000 g": "2 g", "6002 g": "2 g", "6005 g": "5 g", "6010 g": "5 g"}
    assert {text: str(scale.shown_in(mass(text), 1).e) for text in shown} == shown
    assert scale.rise_at(mass("6005 g"), 1) == mass("5 g")
    basis = Basis(scale, choose_rules(R76, DAY)[0], TERA, Observations())
    found = basis.found(Weighing(load=mass("6 kg"), indication=mass("6005 g"), range=1), mass("6 kg"))
    assert (found.lowest, found.highest) == (mass("2.5 g"), mass("7.5 g"))


def test_small_weights_on_a_net_load_are_those_of_the_range_that_the_gross_load_needs():
    """Under a tare of 10 kg the display steps by 5 g, also at a net load of 1 kg, and at none."""
    task = scale_task(RANGES, activity=TERA, rules=R76, standards=AT_HAND)
    run = MemoryRun(RangedModel(Decimal(2), gain=Decimal("-2.4") / 15000))
    concluded = asyncio.run(scales(run, task))
    tared = [point for point in concluded.points if point.label.startswith("tare/10000 g/")]
    assert tared
    assert {point.outcome for point in tared} == {Outcome.CONFORMS}
    asked = [one for path, one in run.actions if "tare/10000 g" in path]
    steps = {one.step for one in asked if isinstance(one, AddSmallWeights)}
    assert steps == {mass("0.5 g")}
    assert not any(isinstance(one, Choose) for one in asked)


@pytest.mark.parametrize(("first", "e"), [("6 kg", "2 g"), ("5 kg", "1 g"), ("10 kg", "2 g")])
def test_no_net_load_stands_with_its_tare_at_the_end_of_a_range(first, e):
    """There one scale has changed to the next range and another has not: 1 kg net on 5 kg of tare at 6 kg."""
    plate = {**RANGES, "ranges": [{**RANGES["ranges"][0], "max": first, "e": e}, RANGES["ranges"][1]]}
    task = scale_task(plate, activity=TERA, rules=R76, standards=AT_HAND)
    grosses = [(tared.tare, tared.tare + net.load, net.range) for tared in task.tare for net in tared.net]
    assert len(grosses) > len(task.tare)
    for tare, gross, in_use in grosses:
        assert mass(first) not in (tare, gross)
        assert in_use == task.scale.range_of(gross)
