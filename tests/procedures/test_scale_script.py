"""The script of the test of a scale, run on a model of a scale through the port."""

import asyncio
from copy import deepcopy
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from drivers.notation import from_builtins, from_json, to_builtins, to_json
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from procedures.action import (
    AddSmallWeights,
    Adjust,
    Choose,
    ClearTare,
    Inspect,
    KeyAdded,
    PlaceLoad,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
)
from procedures.errors import ProcedureError
from procedures.point import Conclusion, Method, Outcome
from procedures.scales.script import scales
from procedures.scales.task import ScaleTask, plan
from tests.procedures.memory_run import MemoryRun, ScaleModel
from tests.procedures.scales_at_hand import TERA, TERA_ULANG, mass, scale_task, standard, weights

R76 = "oiml-r76-1-2006"
C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate


def model(**faults: Any) -> ScaleModel:
    return ScaleModel(Decimal(5), **deepcopy(faults))


def carry_out(run: MemoryRun, task: ScaleTask | None = None) -> Conclusion:
    return asyncio.run(scales(run, task or scale_task()))


def of_kind(run: MemoryRun, kind: type) -> list[Any]:
    return [action for _, action in run.actions if isinstance(action, kind)]


@pytest.mark.parametrize("rules", [None, R76])
@pytest.mark.parametrize("activity", [TERA, TERA_ULANG])
def test_a_good_scale_conforms_in_every_section_of_a_complete_test(rules, activity):
    task = scale_task(rules=rules, activity=activity)
    concluded = carry_out(MemoryRun(model()), task)
    assert concluded.verdict.outcome is C
    assert set(concluded.verdict.sections.values()) == {C}
    assert ("tare" in concluded.verdict.sections) is (activity is TERA)
    assert concluded.as_found is None
    assert concluded.valid_until is not None


@pytest.mark.parametrize("rules", [None, R76])
@pytest.mark.parametrize("activity", [TERA, TERA_ULANG])
def test_the_plan_names_the_points_that_come(rules, activity):
    task = scale_task(rules=rules, activity=activity)
    run = MemoryRun(model())
    carry_out(run, task)
    labels = [point.label for _, point in run.points]
    assert labels == [step.label for step in plan(task)]


def test_every_point_is_reported_inside_its_series_as_it_is_concluded_but_for_its_uncertainty():
    run = MemoryRun(model())
    concluded = carry_out(run)
    bare = [msgspec.structs.replace(p, uncertainty=None, coverage_factor=None) for p in concluded.points]
    assert [point for _, point in run.points] == bare
    for path, point in run.points:
        assert path.split("/")[0] == point.section


def test_a_point_names_the_readings_that_it_rests_on():
    run = MemoryRun(model())
    point = next(p for p in carry_out(run).points if p.label == "accuracy/up/2500 g")
    (path,) = point.readings
    assert path.startswith("accuracy/up/2500 g/settled")


def test_a_subsequent_verification_of_a_shop_scale_asks_for_at_most_21_keys():
    # start, review and six digits with Enter make 9 more; 30 are allowed
    run = MemoryRun(model())
    carry_out(run)
    assert len(run.actions) <= 21
    assert len(of_kind(run, Inspect)) == 1


FAULTS = {
    "too much gain": ({"gain": Decimal("0.002")}, "accuracy"),
    "a weak corner": ({"corners": {"3": Decimal(-15)}}, "eccentricity"),
    "scatter": ({"scatter": [Decimal(0)] * 5 + [Decimal(-10), Decimal(5), Decimal(10)]}, "repeatability"),
    "friction": ({"friction": Decimal(8)}, "discrimination"),
    "zero off": ({"offset": Decimal(5)}, "zero"),
}


@pytest.mark.parametrize(("faults", "section"), FAULTS.values(), ids=FAULTS)
def test_each_fault_of_a_scale_is_found_in_its_section(faults, section):
    concluded = carry_out(MemoryRun(model(**faults)))
    assert concluded.verdict.outcome is N
    assert concluded.verdict.sections[section] is N
    assert concluded.valid_until is None
    assert any(label.startswith(section) for label in concluded.verdict.failing)
    assert concluded.verdict.reasons


def test_a_line_of_the_checklist_fails_the_scale_and_names_itself():
    run = MemoryRun(model(), answers={"inspect": ["verification_mark, level_indicator"]})
    concluded = carry_out(run)
    assert concluded.verdict.failing == ("visual/level_indicator", "visual/verification_mark")


def test_an_answer_outside_the_checklist_stops_the_test():
    with pytest.raises(ProcedureError, match="none of its choices"):
        carry_out(MemoryRun(model(), answers={"inspect": ["sticker"]}))


def test_the_same_scale_fails_tera_and_passes_tera_ulang():
    outcomes = {
        activity: carry_out(
            MemoryRun(model(gain=Decimal("0.001"))), scale_task(activity=activity)
        ).verdict.outcome
        for activity in (TERA, TERA_ULANG)
    }
    assert outcomes == {TERA: N, TERA_ULANG: C}


def test_an_adjusted_scale_is_tested_again_from_the_beginning_and_both_tests_are_kept():
    run = MemoryRun(model(gain=Decimal("0.002")), answers={"adjust": ["adjust"]})
    concluded = carry_out(run)
    assert len(of_kind(run, Adjust)) == 1
    assert concluded.verdict.outcome is C
    assert concluded.as_found.verdict.outcome is N
    assert {p.label for p in concluded.points} == {p.label for p in concluded.as_found.points}
    again = [name for name in run.series_seen if name.startswith("as_left/")]
    first = run.series_seen[: run.series_seen.index("adjustment")]
    assert again == [f"as_left/{name}" for name in first]
    assert all(path.startswith("as_left/") for p in concluded.points for path in p.readings)


def test_a_scale_that_still_fails_after_adjustment_is_rejected_without_another_question():
    run = MemoryRun(model(gain=Decimal("0.002")), answers={"adjust": ["adjust"]})
    run.slip = lambda path, shown: shown + mass("30 g") if path.startswith("as_left/accuracy/up") else shown
    concluded = carry_out(run)
    assert concluded.verdict.outcome is N
    assert concluded.as_found is not None
    assert [c.question for c in of_kind(run, Choose)].count("adjust") == 1


def test_a_rejected_scale_has_one_phase():
    run = MemoryRun(model(gain=Decimal("0.002")), answers={"adjust": ["reject"]})
    concluded = carry_out(run)
    assert concluded.as_found is None
    assert not of_kind(run, Adjust)


def test_under_the_recommendation_small_weights_are_added_only_where_the_reading_is_undecided():
    run = MemoryRun(model(gain=Decimal("0.0004")))
    concluded = carry_out(run, scale_task(rules=R76))
    methods = {p.label: p.method for p in concluded.points}
    assert methods["accuracy/up/100 g"] is Method.BOUNDED
    assert methods["accuracy/up/10000 g"] is Method.CHANGEOVER
    point = next(p for p in concluded.points if p.label == "accuracy/up/10000 g")
    # 10 kg shows 10 005 g for 10 004 g; 3.5 g more bring it to 10 007.5 g and over
    assert (point.added, point.error) == (mass("3.5 g"), mass("4 g"))
    assert len(point.readings) == 8
    assert concluded.verdict.outcome is C


def test_the_zero_error_of_the_recommendation_is_found_at_ten_e_and_taken_off():
    run = MemoryRun(model(offset=Decimal(1), gain=Decimal("0.0004")))
    concluded = carry_out(run, scale_task(rules=R76))
    zero = concluded.points[[p.label for p in concluded.points].index("zero")]
    assert (zero.nominal, zero.error, zero.outcome) == (mass("50 g"), mass("1 g"), C)
    point = next(p for p in concluded.points if p.label == "accuracy/up/10000 g")
    assert (point.error, point.corrected_error) == (mass("5 g"), mass("4 g"))


def test_a_scatter_that_readings_leave_open_is_weighed_again_with_small_weights():
    before = [0] * 5  # 10 e for zero, and four corners
    scatter = [Decimal(error) for error in (*before, 0, 0, 6, 0, 2, 6)]
    run = MemoryRun(model(scatter=scatter))
    concluded = carry_out(run, scale_task(rules=R76))
    assert "repeatability/changeover" in run.series_seen
    weighings = [p for p in concluded.points if p.section == "repeatability"]
    assert [p.method for p in weighings[:-1]] == [Method.CHANGEOVER] * 3
    assert (weighings[-1].label, weighings[-1].error) == ("repeatability/range", mass("6 g"))
    assert weighings[-1].outcome is C


def test_an_indication_that_never_changes_over_leaves_the_point_open():
    run = MemoryRun(model(friction=Decimal(500)))
    concluded = carry_out(run, scale_task(rules=R76))
    zero = next(p for p in concluded.points if p.label == "zero")
    assert (zero.outcome, zero.reason) == (I, "error_undecided")
    assert max(a.total for a in of_kind(run, AddSmallWeights)) == mass("7 g")  # 12 × 0.5 g, and 1.4 d


def test_a_person_without_a_port_keys_the_small_weights_once():
    run = MemoryRun(model(gain=Decimal("0.0004")), manual=True)
    concluded = carry_out(run, scale_task(rules=R76))
    assert concluded.verdict.outcome is C
    assert of_kind(run, KeyAdded)
    assert {action.step for action in of_kind(run, AddSmallWeights)} == {mass("7 g")}
    assert "manual_readings" in {notice.code for notice in concluded.notices}


def test_an_extended_display_spares_the_small_weights():
    task = scale_task({"class": "III", "max": "15 kg", "e": "5 g", "high_resolution": True}, rules=R76)
    run = MemoryRun(model(gain=Decimal("0.0004"), fine_step=Decimal("0.5")))
    concluded = carry_out(run, task)
    assert concluded.verdict.outcome is C
    assert {p.method for p in concluded.points if p.section == "accuracy"} == {Method.HIGH_RESOLUTION}
    assert not [a for a in of_kind(run, AddSmallWeights) if a.step != mass("7 g")]


def test_a_forgotten_load_is_asked_about_and_measured_again():
    forgotten = ["accuracy/up/100 g"]

    def slip(path: str, shown: Quantity) -> Quantity:
        if forgotten and path.startswith(forgotten[0]):
            forgotten.clear()
            return mass("0 g")
        return shown

    run = MemoryRun(model(), answers={"unexpected_indication": ["measure_again"]}, slip=slip)
    concluded = carry_out(run)
    assert concluded.verdict.outcome is C
    (question,) = of_kind(run, Choose)
    assert question.facts == {"expected": "100 g", "indication": "0 g"}
    placed = [a for path, a in run.actions if path == "accuracy/up/100 g" and isinstance(a, PlaceLoad)]
    assert len(placed) == 2


def test_an_odd_reading_that_a_person_confirms_is_recorded_as_it_is():
    def slip(path: str, shown: Quantity) -> Quantity:
        return mass("12.000 kg") if path.startswith("accuracy/up/10000 g") else shown

    run = MemoryRun(model(), answers={"unexpected_indication": ["record"]}, slip=slip)
    concluded = carry_out(run)
    assert concluded.verdict.failing == ("accuracy/up/10000 g",)


def test_readings_that_are_never_accepted_stop_the_test():
    run = MemoryRun(model(), answers={"unexpected_indication": ["measure_again"]})
    run.slip = lambda path, shown: mass("12.000 kg")
    with pytest.raises(ProcedureError, match="No reading at") as stopped:
        carry_out(run)
    assert stopped.value.code == "scales.no_reading_accepted"


def test_a_tare_that_still_stands_is_cleared_and_the_load_placed_again():
    run = MemoryRun(model(kind=Kind.NET))
    assert carry_out(run).verdict.outcome is C
    assert len(of_kind(run, ClearTare)) == 1


def test_a_scale_that_stays_on_net_stops_the_test():
    class StuckModel(ScaleModel):
        def obey(self, action: Any) -> None:
            super().obey(action)
            self.kind = Kind.NET

    with pytest.raises(ProcedureError, match="net weight where a gross weight") as stopped:
        carry_out(MemoryRun(StuckModel(Decimal(5))))
    assert stopped.value.code == "scales.wrong_kind"


def test_the_tare_test_wants_net_readings():
    run = MemoryRun(model(net_kind=Kind.GROSS))
    with pytest.raises(ProcedureError, match="gross weight where a net weight"):
        carry_out(run, scale_task(activity=TERA))


def test_pieces_are_no_mass():
    run = MemoryRun(model())
    run.slip = lambda path, shown: Quantity(0, "pcs")
    with pytest.raises(ProcedureError, match="no mass"):
        carry_out(run)


def test_a_scale_that_shows_pounds_is_refused():
    run = MemoryRun(model())
    run.slip = lambda path, shown: Quantity("220.5", "lb")
    with pytest.raises(ProcedureError, match="no unit of a scale") as refused:
        carry_out(run)
    assert refused.value.code == "scales.unit"


def test_a_display_in_other_steps_than_the_registered_d_is_refused():
    with pytest.raises(ProcedureError, match="no whole number of d = 5 g") as refused:
        carry_out(MemoryRun(ScaleModel(Decimal(1), gain=Decimal("0.0004"))))
    assert refused.value.code == "scales.resolution"
    assert "registered d differs" in refused.value.remedy


def test_a_mistyped_indication_may_be_keyed_once_more():
    slips = [mass("7503 g")]

    def slip(path: str, shown: Quantity) -> Quantity:
        return slips.pop() if slips and path.startswith("accuracy/up/7500 g") else shown

    assert carry_out(MemoryRun(model(), manual=True, slip=slip)).verdict.outcome is C
    assert not slips
    stubborn = MemoryRun(model(), manual=True, slip=lambda path, shown: shown + mass("3 g"))
    with pytest.raises(ProcedureError, match="no whole number of d"):
        carry_out(stubborn)


@pytest.mark.parametrize("rules", [None, R76])
def test_who_obeys_to_the_letter_never_lays_a_load_on_another(rules):
    """A literal weight handler: it lifts nothing that it was not told to lift."""
    standing: list[str] = []
    run = MemoryRun(model())
    carry_out(run, scale_task(activity=TERA, rules=rules))
    for path, action in run.actions:
        match action:
            case PlaceLoad():
                if action.unload_first:
                    standing.clear()
                if action.direction == "any":
                    assert not standing, path
                standing.append(str(action.load))
            case RemoveLoad():
                standing.clear()
            case AddSmallWeights():
                standing.append("small")
            case RemoveSmallWeights():
                standing.remove("small") if "small" in standing else None
            case SetTare():
                assert not standing, path
                standing.append("tare")
            case ClearTare():
                standing.clear()
    first_up = next(a for path, a in run.actions if path.startswith("accuracy/up"))
    assert isinstance(first_up, RemoveLoad) or first_up.unload_first


def test_nothing_is_lifted_before_the_load_of_zero_setting():
    run = MemoryRun(model())
    carry_out(run, scale_task(rules=R76))
    (first, *others) = [a for a in of_kind(run, PlaceLoad) if a.direction == "any"]
    assert not first.unload_first
    assert all(action.unload_first for action in others)


def test_a_scale_that_shows_kilograms_is_tested_in_grams():
    concluded = carry_out(MemoryRun(model(unit="kg", gain=Decimal("0.001"))))
    point = next(p for p in concluded.points if p.label == "accuracy/up/10000 g")
    assert point.indication == mass("10.010 kg")
    assert str(point.error) == "10 g"


def test_rest_that_only_the_bench_has_judged_is_told():
    concluded = carry_out(MemoryRun(model(), stability=Stability.NOT_REPORTED))
    assert {n.code: n.facts for n in concluded.notices}["stability_inferred"] == {"count": "20"}


@pytest.mark.parametrize("rules", [None, R76])
def test_a_task_survives_the_journal(rules):
    task = scale_task(rules=rules, activity=TERA)
    assert from_builtins(to_builtins(task), ScaleTask) == task
    assert from_json(to_json(task), ScaleTask) == task


def test_a_conclusion_survives_the_journal():
    run = MemoryRun(model(gain=Decimal("0.002")), answers={"adjust": ["adjust"]})
    concluded = carry_out(run)
    assert from_json(to_json(concluded), Conclusion) == concluded


def test_a_multi_interval_scale_is_tested_in_the_steps_of_its_parts():
    class TwoSteps(ScaleModel):
        def display(self, *, fine: bool) -> Quantity:
            self.step = Decimal(2) if self.result() <= 6000 else Decimal(5)
            return super().display(fine=fine)

    plate = {"class": "III", "intervals": [{"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}]}
    concluded = carry_out(MemoryRun(TwoSteps(Decimal(2))), scale_task(plate, activity=TERA))
    assert concluded.verdict.outcome is C
    limits = {p.label: p.tolerance.upper for p in concluded.points if p.section == "accuracy"}
    assert limits["accuracy/up/6000 g"] == mass("3 g")
    assert limits["accuracy/up/15000 g"] == mass("7.5 g")


def test_the_zero_error_is_found_with_small_weights_also_where_its_reading_alone_conforms():
    """With d = e/2 a reading bounds E0 by ¼ e, which conforms; every other error is corrected by it."""
    plate = {"class": "II", "max": "6000 g", "min": "50 g", "e": "1 g", "d": "0.5 g"}
    small = standard("S-11", weights=weights("50 mg*2", "20 mg*2", "10 mg"), accuracy_class="F1")
    fine = standard("S-10", accuracy_class="F1")
    task = scale_task(plate, activity=TERA, rules=R76, standards=(fine, small))
    # E0 = -0.2 g and at Max 0.9 g: a display of 0.5 g shows 6001 g, small weights find Ec = 1.1 g of 1 g
    concluded = carry_out(
        MemoryRun(ScaleModel(Decimal("0.5"), offset=Decimal("-0.2"), gain=Decimal("1.1") / 6000)), task
    )
    zero = next(point for point in concluded.points if point.section == "zero")
    assert (zero.method, zero.outcome) == (Method.CHANGEOVER, C)
    assert "accuracy/up/6000 g" in concluded.verdict.failing
