"""Discrimination from the edge of a step, and what is done where no small weights make it."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from drivers.quantity import Quantity
from procedures.action import AddSmallWeights, FindEdge
from procedures.point import Conclusion, Outcome
from procedures.scales.assessment import assess
from procedures.scales.instrument import read_scale
from procedures.scales.observation import Discriminated, Observations
from procedures.scales.script import scales
from procedures.scales.task import ScaleTask
from tests.procedures.memory_run import MemoryRun, ScaleModel
from tests.procedures.scales_at_hand import SHOP_SCALE, TERA_ULANG, mass, scale_task, standard, weights

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate
R76 = "oiml-r76-1-2006"
TENTHS = standard("S-10", weights=weights("500 mg*10"))
AT_HAND = (standard(), standard("S-08", weights=weights("10 kg*2", "5 kg")), TENTHS)


def task(rules: str | None = None, **plate: Any) -> ScaleTask:
    return scale_task(SHOP_SCALE | plate, rules=rules, standards=AT_HAND)


def carry_out(run: MemoryRun, planned: ScaleTask) -> Conclusion:
    return asyncio.run(scales(run, planned))


def found(run: MemoryRun, planned: ScaleTask) -> Any:
    concluded = carry_out(run, planned)
    return next(point for point in concluded.points if point.section == "discrimination")


def test_ten_weights_are_laid_on_taken_off_to_the_edge_and_then_comes_the_extra_load():
    run = MemoryRun(ScaleModel(Decimal(5)))
    point = found(run, task())
    assert point.outcome is C
    done = [action for path, action in run.actions if path.startswith("discrimination")]
    assert done[1:] == [
        AddSmallWeights(step=mass("0.5 g"), total=mass("5 g"), count=10),
        FindEdge(step=mass("0.5 g"), count=10, interval=mass("5 g")),
        AddSmallWeights(step=mass("7 g")),
    ]
    # 7500 g and 5 g show 7505 g; from the edge of that step 7 g more show 7510 g and no more
    assert (point.reference, point.error) == (mass("7510 g"), mass("0 g"))


@pytest.mark.parametrize("offset", ["0", "0.5", "1.2", "2", "-0.5", "-1.7", "-2"])
@pytest.mark.parametrize("rules", [None, R76])
def test_a_good_scale_rises_by_one_step_wherever_it_stood_in_it(offset, rules):
    run = MemoryRun(ScaleModel(Decimal(5), gain=Decimal(offset) / 7500))
    point = found(run, task(rules))
    assert (point.outcome, point.error) == (C, mass("0 g"))


def test_friction_that_the_extra_load_alone_would_hide_is_found_from_the_edge():
    rubbing = {"play": Decimal("3.5")}  # 0.7 d
    assert found(MemoryRun(ScaleModel(Decimal(5), **rubbing)), scale_task()).outcome is C
    concluded = carry_out(MemoryRun(ScaleModel(Decimal(5), **rubbing)), task())
    assert concluded.verdict.outcome is N
    assert concluded.verdict.failing == ("discrimination/7500 g",)


def test_a_person_without_a_port_is_led_to_the_edge_by_one_question():
    for play, outcome in (("0", C), ("3.5", N)):
        run = MemoryRun(ScaleModel(Decimal(5), play=Decimal(play)), manual=True)
        assert found(run, task()).outcome is outcome
        assert not [action for _, action in run.actions if isinstance(action, FindEdge)]


class InAHurry(ScaleModel):
    """Somebody who says that it is done, and leaves the small weights where they are."""

    def find_edge(self, action: FindEdge) -> list[Quantity]:
        return [self.display(fine=False)]


def test_an_indication_that_did_not_fall_passes_nothing_though_it_then_notices_the_extra_load():
    point = found(MemoryRun(InAHurry(Decimal(5))), task())
    assert (point.outcome, point.reason) == (I, "edge_not_found")


def test_a_scale_that_sticks_in_both_directions_fails():
    point = found(MemoryRun(ScaleModel(Decimal(5), friction=Decimal(6))), task())
    assert (point.outcome, point.reason) == (N, "not_discriminated")


def test_an_edge_that_was_not_seen_is_looked_for_again():
    run = MemoryRun(InAHurry(Decimal(5)), answers={"edge_not_seen": ["measure_again", "record"]})
    assert found(run, task()).reason == "edge_not_found"
    assert len([action for _, action in run.actions if isinstance(action, FindEdge)]) == 2


def test_without_weights_of_a_tenth_of_a_step_the_result_says_that_friction_may_hide():
    codes = {notice.code: notice.facts for notice in scale_task().notices}
    assert codes["discrimination_from_anywhere"] == {"count": "10", "masses": "0.5 g"}
    assert "discrimination_from_anywhere" not in {notice.code for notice in task().notices}


def test_the_small_weights_must_be_there_beside_the_extra_load():
    """10 × 0.5 g can be made of 5 g, 2 g, 2 g, 1 g and 0.5 g, but then 7 g cannot."""
    one_set = scale_task(standards=(standard(weights=(*AT_HAND[0].weights, *weights("5 kg"))),))
    assert not one_set.from_edge


def test_an_extended_display_shows_where_in_its_step_the_indication_stands():
    assert not task(high_resolution=True).from_edge


def test_the_way_from_the_edge_costs_a_shop_scale_two_keys_more():
    run = MemoryRun(ScaleModel(Decimal(5)))
    carry_out(run, task())
    assert len(run.actions) <= 23


ENDS = [{"max": "15 kg", "e": "5 g"}, {"max": "30 kg", "e": "10 g"}]


@dataclass
class TwoSteps(ScaleModel):
    """Steps of 5 g up to 15 kg and of 10 g above; with `stays` they remain coarse until it is unloaded."""

    stays: bool = False
    coarse: bool = False

    def obey(self, action: Any) -> None:
        self.coarse = self.coarse and not getattr(action, "unload_first", False) and bool(self.load)
        super().obey(action)

    def display(self, *, fine: bool) -> Quantity:
        above = self.result() > 15000
        self.coarse = self.stays and (self.coarse or above)
        self.step = Decimal(10) if above or self.coarse else Decimal(5)
        return super().display(fine=fine)


@pytest.mark.parametrize("form", ["intervals", "ranges"])
@pytest.mark.parametrize("at_hand", [AT_HAND, AT_HAND[:2]], ids=["from the edge", "from anywhere"])
@pytest.mark.parametrize("offset", ["-8", "-5.2", "-3", "-2.4", "-0.1", "0", "2.4", "4.9", "7"])
def test_where_partial_ranges_meet_a_good_scale_rises_by_the_step_of_the_next(form, at_hand, offset):
    """Half of Max is Max_1: 1.4 of the finer d end between 15 000 g and 15 010 g, where nothing is shown."""
    model = TwoSteps(Decimal(5), gain=Decimal(offset) / 15000, stays=form == "ranges")
    planned = scale_task({"class": "III", form: ENDS}, standards=at_hand)
    assert planned.discrimination[0].load == mass("15 kg")
    point = found(MemoryRun(model), planned)
    assert (point.outcome, point.reason) == (C, "")


def test_where_partial_ranges_meet_a_scale_that_sticks_still_fails():
    stuck = TwoSteps(Decimal(5), friction=Decimal(16))
    point = found(MemoryRun(stuck), scale_task({"class": "III", "intervals": ENDS}, standards=AT_HAND))
    assert (point.outcome, point.reason) == (N, "not_discriminated")


@pytest.mark.parametrize(
    ("extra", "after", "outcome", "reason"),
    [
        ("14 g", "15010 g", C, ""),
        ("7 g", "15010 g", C, ""),
        ("7 g", "15000 g", I, "extra_load_too_small"),
        ("14 g", "15000 g", N, "not_discriminated"),
        ("14.1 g", "15010 g", I, "extra_load_too_large"),
    ],
)
def test_on_paper_the_extra_load_at_the_end_of_a_partial_range_is_that_of_the_next(
    extra, after, outcome, reason
):
    row = Discriminated(load=mass("15 kg"), indication=mass("15000 g"), extra=mass(extra), after=mass(after))
    sheet = Observations(discrimination=(row,))
    (point,) = assess(read_scale({"class": "III", "intervals": ENDS}), task().rules, TERA_ULANG, sheet).points
    assert (point.outcome, point.reason) == (outcome, reason)
