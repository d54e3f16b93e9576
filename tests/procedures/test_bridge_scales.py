"""Bridge scales: ballast in place of standards, sections, rolling loads; run on a model through the port."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from drivers.notation import from_json, to_json
from procedures.action import Exchange, Instruction, PlaceLoad
from procedures.errors import ProcedureError, StandardError
from procedures.point import Method, Outcome
from procedures.scales.script import scales
from procedures.scales.task import ScaleTask, plan, references
from procedures.standard import Weight
from tests.procedures.memory_run import MemoryRun, ScaleModel, grams
from tests.procedures.scales_at_hand import TERA, TERA_ULANG, mass, scale_task, standard, weights

BRIDGE = {"class": "III", "max": "60 t", "min": "400 kg", "e": "20 kg", "sections": 3}
SMALL = weights("10 kg*2", "5 kg*2", "2 kg*5", "1 kg*2", "500 g", "200 g*2", "100 g*2")


def blocks(count: int):
    return (standard("B-1", "M1", weights=(*weights(f"20 kg*{count}"), *SMALL)),)


@dataclass
class BridgeModel(ScaleModel):
    """Ballast is never exactly the mass of the standards whose place it takes."""

    ballast: Decimal = Decimal(0)
    excess: list[Decimal] = field(default_factory=lambda: [Decimal(7000), Decimal(-4000), Decimal(3000)])
    """grams by which each ballast is more than the standards"""

    def obey(self, action: Instruction) -> None:
        match action:
            case Exchange():
                assert self.load == self.ballast + self.standing
                self.ballast = self.load + self.excess.pop(0)
                self.load, self.small, self.felt = self.ballast, Decimal(0), None
            case PlaceLoad():
                if action.unload_first:
                    self.ballast = Decimal(0)
                super().obey(action)
                self.standing = grams(action.load)
                self.load += self.ballast
            case _:
                super().obey(action)

    standing: Decimal = Decimal(0)


def model(**faults) -> BridgeModel:
    return BridgeModel(Decimal(20000), **faults)


def carried_out(task: ScaleTask, bridge: BridgeModel):
    run = MemoryRun(bridge)
    return run, asyncio.run(scales(run, task))


def bridge_task(count: int = 1000, activity=TERA_ULANG, **plate) -> ScaleTask:
    return scale_task(BRIDGE | plate, activity, standards=blocks(count))


def test_twenty_tonnes_of_standards_test_sixty_tonnes():
    task = bridge_task()
    assert [str(stage.ballast) for stage in task.stages] == ["0 kg", "20000 kg", "40000 kg"]
    run, concluded = carried_out(task, model())
    assert concluded.verdict.outcome is Outcome.CONFORMS
    points = {p.label: p for p in concluded.points}
    last = points["accuracy/up/60000 kg"]
    # ballast: 20 000 kg and 7 kg, then as much as 40 007 kg less 4 kg, found with small weights of 2 kg
    assert abs(last.reference - mass("60003 kg")) <= mass("4 kg")
    assert all(p.method is Method.CHANGEOVER for p in concluded.points if p.section == "accuracy")
    assert sum(isinstance(action, Exchange) for _, action in run.actions) == 2
    assert any(notice.code == "substitution_loads" for notice in concluded.notices)


def test_the_labels_are_those_of_the_plan():
    task = bridge_task()
    run, concluded = carried_out(task, model())
    assert {p.label for p in concluded.points} == {step.label for step in plan(task)}
    assert {p.label for _, p in run.points} == {p.label for p in concluded.points}


def test_the_plan_has_the_order_of_the_run():
    for task in (bridge_task(), bridge_task(activity=TERA), bridge_task(3100)):
        run, _ = carried_out(task, model())
        assert [p.label for _, p in run.points] == [step.label for step in plan(task)]


def certified(uncertainty: str):
    heavy = Weight(nominal=mass("20 kg"), count=1000, uncertainty=mass(uncertainty), error=mass("100 mg"))
    return (standard("B-1", "M1", weights=(heavy, *SMALL)),)


def test_certificates_go_with_the_standards_into_every_total():
    task = scale_task(BRIDGE, standards=certified("0.3 g"))
    known = references(task)
    for total, times in (("20000 kg", 1), ("40000 kg", 2), ("60000 kg", 3)):
        (one,) = known[mass(total)].certified
        assert one.uncertainty == mass("300 g") * times
        assert known[mass(total)].error == mass("100 g") * times
        assert known[mass(total)].limit == mass("1 kg") * times
        assert known[mass(total)].class_limit is None
    of_class = references(bridge_task())[mass("60000 kg")]
    assert (of_class.certified, of_class.class_limit) == ((), mass("3 kg"))


def test_a_certificate_says_more_about_a_total_than_the_class():
    stated = {}
    for name, cupboard in {
        "good": certified("0.03 g"),
        "poor": certified("0.8 g"),
        "class": blocks(1000),
    }.items():
        _, concluded = carried_out(scale_task(BRIDGE, standards=cupboard), model())
        stated[name] = next(p.uncertainty for p in concluded.points if p.label == "accuracy/up/60000 kg")
    assert stated["good"] < stated["class"]
    assert stated["good"] < stated["poor"]


def test_the_uncertainty_grows_with_every_substitution():
    _, concluded = carried_out(bridge_task(), model())
    stated = {p.label: p.uncertainty for p in concluded.points}
    assert stated["accuracy/up/20000 kg"] < stated["accuracy/up/40000 kg"] < stated["accuracy/up/60000 kg"]


@pytest.mark.parametrize(("gain", "outcome"), [("0.0009", "conforms"), ("0.0012", "does_not_conform")])
def test_an_error_that_grows_with_the_load_is_found_with_ballast(gain, outcome):
    """At 60 t: 54 kg and 72 kg against 60 kg; below 40 t both stay within their limits of 40 kg or 20 kg."""
    task = bridge_task()
    run = MemoryRun(model(gain=Decimal(gain)), answers={"adjust": ["reject"]})
    concluded = asyncio.run(scales(run, task))
    assert concluded.verdict.outcome.value == outcome
    error = next(p for p in concluded.points if p.label == "accuracy/up/60000 kg")
    found = error.corrected_error if error.corrected_error is not None else error.error
    assert abs(found - mass("60 t") * Decimal(gain)) <= mass("6 kg")


def test_a_scale_that_repeats_badly_needs_more_standards_than_a_third():
    scatter = [Decimal(0), Decimal(9000), Decimal(0)]  # 0.45 e apart: half of Max must be standards
    with pytest.raises(ProcedureError) as refused:
        carried_out(bridge_task(), model(scatter=scatter))
    assert refused.value.code == "scales.too_few_standards"
    assert refused.value.facts["least"] == "30000 kg"


def test_a_fifth_of_max_will_do_for_sections_that_it_can_load():
    task = bridge_task(620, supports=8, sections=0)  # 12.4 t: 1/7 of Max on each support
    _, concluded = carried_out(task, model(excess=[Decimal(2000)] * 5))
    assert concluded.verdict.outcome is Outcome.CONFORMS
    assert len([p for p in concluded.points if p.section == "eccentricity"]) == 8


def test_too_few_standards_for_a_section_are_refused_before_the_test():
    with pytest.raises(StandardError):
        bridge_task(600)  # 12 t; a section takes 20 t


def test_a_small_scale_is_never_tested_with_ballast():
    with pytest.raises(StandardError):
        scale_task({"class": "III", "max": "60 kg", "e": "20 g"}, standards=(standard(),))


def test_standards_up_to_max_need_no_ballast():
    assert scale_task(BRIDGE, standards=blocks(3100)).stages == ()


def test_each_section_is_loaded_with_a_third_of_max():
    task = bridge_task()
    assert task.positions == ("1", "2", "3")
    assert task.eccentricity.load == mass("20 t")


def test_a_rolling_load_goes_both_ways():
    task = bridge_task(rolling_load="16 t", sections=0)
    assert task.eccentricity.load == mass("16 t")
    assert task.positions[0] == "begin_forward"
    assert task.positions[-1] == "begin_back"
    assert len(task.positions) == 6
    _, concluded = carried_out(task, model(corners={"end_back": Decimal(70000)}))
    assert concluded.verdict.failing == ("eccentricity/end_back",)


def test_the_largest_rolling_load_is_four_fifths_of_max():
    task = scale_task(BRIDGE | {"rolling_load": "60 t", "sections": 0}, standards=blocks(3100))
    assert task.eccentricity.load <= mass("48 t")


def test_tare_and_the_task_survive_the_journal():
    task = bridge_task(activity=TERA)
    assert from_json(to_json(task), ScaleTask) == task
    _, concluded = carried_out(task, model())
    assert concluded.verdict.outcome is Outcome.CONFORMS
    assert any(p.section == "tare" for p in concluded.points)
