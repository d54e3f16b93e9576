"""Case files: published and computed oracles, and every way of writing one wrongly."""

import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Conclusion, Method, Outcome, Point
from procedures.scales.case import compute
from procedures.scales.example_case import EXAMPLE
from tests.procedures.scales_at_hand import DAY, SHOP_SCALE, mass

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate

R76 = "oiml-r76-1-2006"
MULTI = {
    "class": "III",
    "intervals": [{"max": "2 kg", "e": "1 g"}, {"max": "5 kg", "e": "2 g"}, {"max": "15 kg", "e": "10 g"}],
}


def case(
    uut: dict[str, Any], *, tera_ulang: bool = False, rules: str | None = None, **sections: Any
) -> Conclusion:
    activity = "subsequent_verification" if tera_ulang else "initial_verification"
    named = {} if rules is None else {"rules": rules}
    return compute({"kind": "scales", "activity": activity, "date": DAY, "uut": uut, **named, **sections})


def row(load: str, indication: str, added: str | None = None, **more: Any) -> dict[str, Any]:
    return {"load": load, "indication": indication, **({} if added is None else {"added": added}), **more}


def only_point(*args: Any, **sections: Any) -> Point:
    (point,) = case(*args, **sections).points
    return point


# -- oracles T and 1


def test_t1_an_error_equal_to_the_limit_passes_where_binary_floats_fail():
    uut = {"class": "II", "max": "5 kg", "e": "0.1 g"}
    point = only_point(uut, accuracy=[row("500 g", "500.1 g", "0.1 g")])
    assert point.error == mass("0.05 g")
    assert point.tolerance.upper == mass("0.05 g")
    assert point.outcome is C


def test_t4_a_changeover_at_once_is_a_reading():
    point = only_point(SHOP_SCALE, accuracy=[row("1000 g", "1000 g", "0 g")])
    assert (point.error, point.method, point.added) == (mass("2.5 g"), Method.CHANGEOVER, mass("0 g"))


def test_t5_without_small_weights_the_national_rules_compare_the_indication():
    point = only_point(SHOP_SCALE, accuracy=[row("1000 g", "1000 g")])
    assert (point.error, point.method, point.outcome) == (mass("0 g"), Method.DIRECT, C)


def test_t5_without_small_weights_the_recommendation_knows_the_error_within_half_a_step():
    point = only_point(SHOP_SCALE, rules=R76, accuracy=[row("1000 g", "1000 g")])
    assert point.error is None
    assert point.error_bounds == (mass("-2.5 g"), mass("2.5 g"))
    assert (point.method, point.outcome) == (Method.BOUNDED, C)


EDGES = {"500 e": ("2500 g", "2.5 g"), "above 500 e": ("2500.1 g", "5 g"), "2000 e": ("10 kg", "5 g")}


@pytest.mark.parametrize(("load", "limit"), EDGES.values(), ids=EDGES)
def test_t6_the_edge_of_a_band_is_inclusive(load, limit):
    point = only_point(SHOP_SCALE, accuracy=[row(load, load)])
    assert point.tolerance.upper == mass(limit)
    assert point.tolerance.lower == -mass(limit)


def test_1_1_the_example_of_the_recommendation_with_and_without_zero_error():
    e0 = row("0 g", "0 g", "2 g")  # E0 = +0.5 g
    concluded = case(SHOP_SCALE, rules=R76, zero=[e0], accuracy=[row("1000 g", "1000 g", "1.5 g")])
    zero, point = concluded.points
    assert (zero.error, zero.outcome) == (mass("0.5 g"), C)
    assert (point.error, point.corrected_error) == (mass("1 g"), mass("0.5 g"))


LIMITS_1_2 = [("400", "0.5"), ("1600", "1"), ("2100", "2"), ("4250", "3"), ("5100", "10"), ("15000", "10")]


@pytest.mark.parametrize(("load", "limit"), LIMITS_1_2)
def test_1_2_a_multi_interval_scale_counts_in_the_e_of_the_partial_range(load, limit):
    point = only_point(MULTI, rules=R76, accuracy=[row(f"{load} g", f"{load} g", "0.5 g")])
    assert point.tolerance.upper == mass(f"{limit} g")


def test_1_2_half_a_step_of_a_multi_interval_scale_is_that_of_its_partial_range():
    # at Max1 the next indication is 2002 g, one step of the following range, so it changes at 2001 g
    rows = [
        row("1500 g", "1500 g", "0.5 g"),
        row("2000 g", "2000 g", "1 g"),
        row("4000 g", "4000 g", "1 g"),
        row("15 kg", "15000 g", "5 g"),
    ]
    points = case(MULTI, accuracy=rows).points
    assert [point.error for point in points] == [mass("0 g")] * 4


@pytest.mark.parametrize(
    "uut",
    [
        {"class": "III", "max": "2 kg", "e": "5 g"},
        {"class": "III", "max": "15 kg", "e": "1 g"},
        {"class": "II", "max": "400 g", "e": "0.1 g"},
    ],
)
def test_1_3_a_scale_outside_its_class_is_refused(uut):
    with pytest.raises(ProcedureError, match="scale intervals"):
        case(uut, accuracy=[row("200 g", "200 g")])


TABLE_1_4 = [
    # L, I, dL, E, Ec, mpe
    ("200", "200", "4", "1", "0", "5"),
    ("5000", "5000", "6", "-1", "-2", "5"),
    ("10000", "10000", "2", "3", "2", "10"),
    ("20000", "20010", "9", "6", "5", "10"),
    ("30000", "30010", "1", "14", "13", "15"),
]


@pytest.mark.parametrize("zero_in", ["zero", "accuracy"])
def test_1_4_a_weighing_test_is_corrected_by_its_zero_error(zero_in):
    rows = [row(f"{load} g", f"{shown} g", f"{added} g") for load, shown, added, *_ in TABLE_1_4]
    sections = {"accuracy": rows}
    sections[zero_in] = [row("0 g", "0 g", "4 g"), *sections.get(zero_in, [])]
    concluded = case({"class": "III", "max": "30 kg", "e": "10 g"}, rules=R76, **sections)
    zero, *points = concluded.points
    assert (zero.error, zero.corrected_error) == (mass("1 g"), None)
    for point, (_, _, _, error, corrected, limit) in zip(points, TABLE_1_4, strict=True):
        assert point.error == mass(f"{error} g")
        assert point.corrected_error == mass(f"{corrected} g")
        assert point.tolerance.upper == mass(f"{limit} g")
    assert concluded.verdict.outcome is C


def test_1_5_repeatability_is_the_range_of_the_results():
    rows = [row("7500 g", "7500 g", "2.5 g"), row("7500 g", "7500 g", "3.0 g")]
    *_, spread = case(SHOP_SCALE, rules=R76, repeatability=rows).points
    assert (spread.label, spread.error, spread.outcome) == ("repeatability/range", mass("0.5 g"), C)
    assert spread.tolerance.upper == mass("5 g")


@pytest.mark.parametrize(("after", "outcome"), [("5000 g", N), ("5005 g", C), ("5010 g", C)])
def test_1_6_seven_grams_must_raise_the_indication_by_five(after, outcome):
    seen = row("5000 g", "5000 g", extra="7 g", after=after)
    point = only_point(SHOP_SCALE, discrimination=[seen])
    assert (point.outcome, point.reference) == (outcome, mass("5005 g"))


def test_1_6_a_heavier_extra_load_proves_nothing_when_it_is_noticed():
    passed, failed = (row("5000 g", "5000 g", extra="10 g", after=after) for after in ("5010 g", "5000 g"))
    assert only_point(SHOP_SCALE, discrimination=[passed]).outcome is I
    assert only_point(SHOP_SCALE, discrimination=[failed]).outcome is N


# -- rules


def test_the_same_readings_can_fail_tera_and_pass_tera_ulang():
    seen = {"accuracy": [row("5 kg", "5010 g")]}
    first, again = case(SHOP_SCALE, **seen), case(SHOP_SCALE, tera_ulang=True, **seen)
    assert (first.verdict.outcome, again.verdict.outcome) == (N, C)
    assert first.verdict.failing == ("accuracy/5 kg",)
    assert (first.valid_until, again.valid_until) == (None, date(2027, 11, 21))


def test_the_recommendation_doubles_nothing_at_subsequent_verification():
    seen = {"accuracy": [row("5 kg", "5010 g", "2.5 g")]}
    assert case(SHOP_SCALE, tera_ulang=True, rules=R76, **seen).verdict.outcome is N


BOUNDED = {
    "half a step around a limit of one step": ("5 kg", "5005 g", I),
    "surely inside": ("5 kg", "5000 g", C),
    "inside up to the very limit": ("2500 g", "2500 g", C),
    "surely outside": ("5 kg", "5010 g", N),
}


@pytest.mark.parametrize(("load", "shown", "outcome"), BOUNDED.values(), ids=BOUNDED)
def test_a_bounded_error_decides_only_with_its_whole_interval(load, shown, outcome):
    concluded = case(SHOP_SCALE, rules=R76, accuracy=[row(load, shown)])
    assert concluded.verdict.outcome is outcome
    assert [reason.code for reason in concluded.verdict.reasons] == {
        C: [],
        I: ["error_undecided"],
        N: ["error_outside_tolerance"],
    }[outcome]


def test_a_bounded_error_is_shifted_by_the_zero_error():
    sections = {"zero": [row("0 g", "0 g", "1.5 g")], "accuracy": [row("5 kg", "5000 g")]}
    point = case(SHOP_SCALE, rules=R76, **sections).points[1]
    assert point.error_bounds == (mass("-3.5 g"), mass("1.5 g"))
    assert point.corrected_error is None


def test_a_direct_reading_is_compared_as_it_was_read():
    sections = {"zero": [row("0 g", "0 g", "3.5 g")], "accuracy": [row("5 kg", "5005 g")]}
    point = case(SHOP_SCALE, **sections).points[1]
    assert (point.error, point.corrected_error, point.outcome) == (mass("5 g"), None, C)


@pytest.mark.parametrize(("added", "outcome"), [("1.25 g", C), ("1.24 g", N), ("3.75 g", C), ("3.76 g", N)])
def test_zero_setting_is_good_within_a_quarter_of_e(added, outcome):
    assert only_point(SHOP_SCALE, tera_ulang=True, zero=[row("0 g", "0 g", added)]).outcome is outcome


def test_an_undecided_zero_leaves_the_verdict_open_under_the_recommendation():
    assert case(SHOP_SCALE, rules=R76, zero=[row("0 g", "0 g")]).verdict.outcome is I


def test_an_auxiliary_indication_is_read_directly_and_exactly():
    uut = {"class": "II", "max": "600 g", "e": "0.1 g", "d": "0.01 g"}
    point = only_point(uut, rules=R76, accuracy=[row("600 g", "600.10 g")])
    assert (point.method, point.error, point.outcome) == (Method.HIGH_RESOLUTION, mass("0.1 g"), C)
    assert only_point(uut, rules=R76, accuracy=[row("600 g", "600.11 g")]).outcome is N


def test_half_a_step_of_a_finer_display_is_half_a_d():
    uut = {"class": "II", "max": "600 g", "e": "0.1 g", "d": "0.05 g"}
    point = only_point(uut, accuracy=[row("600 g", "600.05 g", "0.02 g")])
    assert point.error == mass("0.055 g")


def test_the_extended_display_counts_only_when_it_is_fine_enough():
    fine = row("5 kg", "5000.4 g", high_resolution=True)
    coarse = row("5 kg", "5.00 kg", high_resolution=True)
    assert only_point(SHOP_SCALE, rules=R76, accuracy=[fine]).method is Method.HIGH_RESOLUTION
    assert only_point(SHOP_SCALE, rules=R76, accuracy=[coarse]).method is Method.BOUNDED


def test_the_range_in_use_decides_the_e_and_the_net_load_decides_the_band():
    uut = {"class": "III", "ranges": [{"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}]}
    points = case(
        uut,
        accuracy=[row("6 kg", "6000 g"), row("6005 g", "6005 g"), row("1 kg", "1000 g", range=2)],
        tare=[row("1 kg", "1000 g", tare="8 kg"), row("1 kg", "1000 g", tare="2 kg")],
    ).points
    assert [point.tolerance.upper for point in points] == [
        mass(t) for t in ("3 g", "5 g", "2.5 g", "2.5 g", "1 g")
    ]


def test_a_net_load_is_judged_by_its_own_band_and_its_own_zero():
    points = case(
        SHOP_SCALE,
        tare=[row("0 g", "0 g", "1.5 g", tare="3 kg"), row("2500 g", "2500 g", "1 g", tare="3 kg")],
    ).points
    assert [point.label for point in points] == ["tare/3 kg/0 g", "tare/3 kg/2500 g"]
    assert points[0].tolerance.upper == mass("1.25 g")
    assert (points[1].error, points[1].corrected_error) == (mass("1.5 g"), mass("0.5 g"))


def test_repeatability_asks_both_for_each_weighing_and_for_their_range():
    spread = [row("7500 g", "7495 g"), row("7500 g", "7505 g")]
    concluded = case(SHOP_SCALE, repeatability=spread)
    assert concluded.verdict.failing == ("repeatability/range",)
    one_out = [row("7500 g", "7510 g"), row("7500 g", "7510 g")]
    assert case(SHOP_SCALE, repeatability=one_out).verdict.failing == ("repeatability/1", "repeatability/2")


def test_each_load_that_is_weighed_again_and_again_has_its_own_range():
    rows = [
        row("7500 g", "7500 g"),
        row("15 kg", "15000 g"),
        row("7500 g", "7505 g"),
        row("15 kg", "15010 g"),
    ]
    ranges = [p for p in case(SHOP_SCALE, repeatability=rows).points if p.method is Method.COMPARISON]
    found = {p.label: (p.error, p.tolerance.upper, p.outcome) for p in ranges}
    assert found == {
        "repeatability/range/7500 g": (mass("5 g"), mass("5 g"), C),
        "repeatability/range/15 kg": (mass("10 g"), mass("7.5 g"), N),
    }


def test_a_range_of_readings_alone_is_known_within_a_step_under_the_recommendation():
    same = case(SHOP_SCALE, rules=R76, repeatability=[row("7500 g", "7500 g")] * 3).points[-1]
    assert (same.error_bounds, same.outcome) == ((mass("0 g"), mass("5 g")), C)
    apart = case(
        SHOP_SCALE, rules=R76, repeatability=[row("7500 g", "7500 g"), row("7500 g", "7505 g")]
    ).points
    assert (apart[-1].error_bounds, apart[-1].reason) == ((mass("0 g"), mass("10 g")), "range_undecided")


def test_one_line_of_the_checklist_fails_the_whole():
    concluded = case(SHOP_SCALE, visual={"type_approval": True, "level_indicator": False})
    assert concluded.verdict.failing == ("visual/level_indicator",)
    assert concluded.verdict.sections == {"visual": N}


def test_the_verdict_covers_what_is_there_and_says_what_is_not():
    concluded = case(SHOP_SCALE, accuracy=[row("5 kg", "5000 g")], repeatability=[row("5 kg", "5000 g")] * 2)
    assert concluded.verdict.sections == {"accuracy": C, "repeatability": C}
    facts = {notice.code: notice.facts for notice in concluded.notices}
    assert facts["sections_absent"] == {"sections": "visual, zero, eccentricity, discrimination, tare"}
    assert facts["few_weighings"] == {"load": "5 kg", "weighings": "2", "required": "3"}


def test_a_single_weighing_has_no_range_and_the_result_says_so():
    concluded = case(SHOP_SCALE, repeatability=[row("5 kg", "5000 g")])
    assert [point.label for point in concluded.points] == ["repeatability/1"]
    assert "few_weighings" in [notice.code for notice in concluded.notices]


def test_a_zero_without_small_weights_does_not_hide_one_that_has_them():
    rows = [row("0 g", "0 g", "1.5 g"), row("1000 g", "1000 g", "1.5 g")]
    concluded = case(SHOP_SCALE, zero=[row("0 g", "0 g")], accuracy=rows)
    assert concluded.points[-1].corrected_error == mass("0 g")
    of_zero = case(SHOP_SCALE, zero=[row("0 g", "0 g", "2 g")], accuracy=rows)
    assert of_zero.points[-1].corrected_error == mass("0.5 g")


@pytest.mark.parametrize(("after", "outcome"), [("5000 g", I), ("5005 g", C)])
def test_a_lighter_extra_load_proves_nothing_when_it_is_not_noticed(after, outcome):
    point = only_point(SHOP_SCALE, discrimination=[row("5000 g", "5000 g", extra="3 g", after=after)])
    assert (point.outcome, point.reason) == (outcome, "extra_load_too_small" if outcome is I else "")


RANGES = {"class": "III", "ranges": [{"max": "6 kg", "e": "2 g"}, {"max": "15 kg", "e": "5 g"}]}

BEYOND_RANGE = {
    "a load": ({"accuracy": [row("7 kg", "7000 g", range=1)]}, "case.load_beyond_range"),
    "tare and load": ({"tare": [row("4 kg", "4000 g", tare="3 kg", range=1)]}, "case.load_beyond_range"),
    "a load of discrimination": (
        {"discrimination": [row("7 kg", "7000 g", after="7002 g", range=1)]},
        "case.load_beyond_range",
    ),
    "an indication": (
        {"discrimination": [row("6 kg", "6020 g", after="6022 g", range=1)]},
        "case.indication_beyond_range",
    ),
}


@pytest.mark.parametrize(("seen", "code"), BEYOND_RANGE.values(), ids=BEYOND_RANGE)
def test_what_is_beyond_the_range_in_use_is_refused(seen, code):
    with pytest.raises(ProcedureError, match="beyond range 1") as refused:
        case(RANGES, **seen)
    assert refused.value.code == code


def test_the_end_of_a_range_belongs_to_it():
    assert case(RANGES, accuracy=[row("6 kg", "6002 g", range=1)]).verdict.outcome is C


@pytest.mark.parametrize(("added", "possible"), [("6 g", True), ("6.1 g", False), ("5000 g", False)])
def test_small_weights_are_at_most_a_fifth_more_than_a_step(added, possible):
    seen = {"accuracy": [row("5 kg", "5010 g", added)]}
    if possible:
        assert case(SHOP_SCALE, **seen).points[0].added == mass(added)
        return
    with pytest.raises(ProcedureError, match="impossible") as refused:
        case(SHOP_SCALE, **seen)
    assert refused.value.code == "case.added_impossible"
    assert refused.value.facts["path"] == "$.accuracy[0].added"


def test_the_step_of_small_weights_is_that_of_the_display():
    fine = {"class": "II", "max": "600 g", "e": "0.1 g", "d": "0.05 g"}
    with pytest.raises(ProcedureError, match=r"at most|at the latest") as refused:
        case(fine, accuracy=[row("600 g", "600.05 g", "0.08 g")])
    assert (refused.value.facts["step"], refused.value.facts["most"]) == ("0.05 g", "0.06 g")


def test_an_odd_scale_interval_is_noticed():
    odd = case({"class": "III", "max": "30 kg", "e": "3 g"}, accuracy=[row("3 kg", "3000 g")])
    facts = [notice.facts for notice in odd.notices if notice.code == "scale_interval_form"]
    assert facts == [{"interval": "3 g"}]
    usual = case(SHOP_SCALE | {"e": "5.00 g"}, accuracy=[row("5 kg", "5000 g")])
    assert "scale_interval_form" not in {notice.code for notice in usual.notices}


LAST_DAYS = {"the last day of all": date(9999, 12, 31), "the first day of its year": date(9999, 1, 1)}


@pytest.mark.parametrize("day", LAST_DAYS.values(), ids=LAST_DAYS)
@pytest.mark.parametrize("shown", ["5000 g", "5100 g"])
def test_a_validity_that_cannot_be_written_is_told(day, shown):
    with pytest.raises(ProcedureError, match="9999") as refused:
        compute(GOOD | {"date": day, "accuracy": [row("5 kg", shown)]})
    assert refused.value.code == "scales.date_too_late"


def test_an_indication_between_two_steps_is_noticed():
    concluded = case(SHOP_SCALE, accuracy=[row("5 kg", "5000 g"), row("5 kg", "5003 g")])
    assert {n.code: n.facts for n in concluded.notices}["indication_between_steps"] == {"rows": "accuracy 2"}


def test_labels_stay_unique_when_a_load_comes_twice():
    rows = [
        row("5 kg", "5000 g", direction="up"),
        row("5 kg", "5000 g", direction="up"),
        row("5 kg", "5000 g"),
    ]
    labels = [point.label for point in case(SHOP_SCALE, accuracy=rows).points]
    assert labels == ["accuracy/up/5 kg", "accuracy/up/5 kg (2)", "accuracy/5 kg"]


def test_masses_may_be_in_any_unit_of_a_scale():
    rows = [row("5000000 mg", "5 kg", "0.0025 kg"), row("0.005 t", "25000 ct")]
    assert [point.error for point in case(SHOP_SCALE, accuracy=rows).points] == [mass("0 g")] * 2


NOT_LEGAL = {
    "a plate": ({"uut": {"class": "III", "max": "30 lb", "e": "0.01 lb"}}, "scales.unit"),
    "an indication": ({"accuracy": [row("5 kg", "11.02 lb")]}, "case.unit"),
    "a load": ({"accuracy": [row("80 oz", "2270 g")]}, "case.unit"),
    "what follows an extra load": (
        {"discrimination": [row("5 kg", "5000 g", after="77000 gn")]},
        "case.unit",
    ),
}


@pytest.mark.parametrize(("change", "code"), NOT_LEGAL.values(), ids=NOT_LEGAL)
def test_pounds_ounces_and_grains_are_no_units_of_a_scale(change, code):
    with pytest.raises(ProcedureError, match="no unit of a scale") as refused:
        compute(GOOD | change)
    assert refused.value.code == code
    assert "mg, g, kg, t, ct" in refused.value.remedy


# -- the contract's example, word for word

CONTRACT = """
kind = "scales"
activity = "initial_verification"
date = 2026-11-21
[uut]
class = "III"
max = "6000 g"
min = "40 g"
e = "2 g"
d = "2 g"
[[accuracy]]
load = "1000 g"
indication = "1000 g"
added = "0.8 g"
[[eccentricity]]
position = "1"
load = "2000 g"
indication = "2000 g"
[[repeatability]]
load = "3000 g"
indication = "3000 g"
"""


def test_the_example_of_the_contract_conforms():
    concluded = compute(tomllib.loads(CONTRACT, parse_float=Decimal))
    assert concluded.verdict.sections == {"eccentricity": C, "accuracy": C, "repeatability": C}
    assert "few_weighings" in [notice.code for notice in concluded.notices]


def test_the_filled_in_example_conforms():
    concluded = compute(tomllib.loads(EXAMPLE, parse_float=Decimal))
    assert concluded.verdict.outcome is C
    assert concluded.verdict.rule == "kepdirjen-pktn-240-2023"


# -- mistakes

GOOD = {
    "kind": "scales",
    "activity": "initial_verification",
    "date": DAY,
    "uut": SHOP_SCALE,
    "accuracy": [row("5 kg", "5000 g")],
}

MISTAKES = {
    "a typed error": (
        {"accuracy": [row("5 kg", "5000 g", error="0 g")]},
        "case.typed_result",
        "$.accuracy[0]",
    ),
    "a typed verdict": ({"verdict": "conforms"}, "case.typed_result", "verdict"),
    "a typed limit": ({"uut": SHOP_SCALE | {"bkd": "5 g"}}, "case.typed_result", "$.uut"),
    "typed evidence": (
        {"accuracy": [row("5 kg", "5000 g", readings=["x"])]},
        "case.typed_result",
        "$.accuracy[0]",
    ),
    "a misspelt field": ({"accuracy": [row("5 kg", "5000 g", aded="1 g")]}, "case.misspelt_field", "added"),
    "a misspelt section": ({"acuracy": [row("5 kg", "5000 g")]}, "case.misspelt_field", "`accuracy`"),
    "an absurdly long load": ({"accuracy": [row("9" * 200 + " g", "5 g")]}, "case.content", "digits"),
    "an absurdly long e": ({"uut": SHOP_SCALE | {"e": "0." + "1" * 90 + " g"}}, "case.content", "digits"),
    "d beside intervals": ({"uut": MULTI | {"d": "1 g"}}, "scale.impossible", "d stands inside"),
    "a field of no kind": ({"zzz": 1}, "case.unknown_field", "zzz"),
    "a number without a unit": ({"accuracy": [row(5, "5000 g")]}, "case.content", "$.accuracy[0].load"),
    "a binary float": ({"accuracy": [row(5.0, "5000 g")]}, "case.content", "5.0"),
    "a wrong unit": ({"accuracy": [row("5 kg", "5000 gr")]}, "case.content", "unknown unit"),
    "a volume": ({"accuracy": [row("5 L", "5000 g")]}, "case.content", "no mass"),
    "a rise in litres": ({"accuracy": [row("5 kg", "5000 g") | {"rise": "1 L"}]}, "case.content", "no mass"),
    "a temperature shown": ({"accuracy": [row("5 kg", "28 °C")]}, "case.content", "$.accuracy[0].indication"),
    "a negative load": ({"accuracy": [row("-5 kg", "5000 g")]}, "case.content", "less than nothing"),
    "negative small weights": ({"accuracy": [row("5 kg", "5000 g", "-1 g")]}, "case.content", "added"),
    "no indication": ({"accuracy": [{"load": "5 kg"}]}, "case.content", "indication"),
    "a load beyond Max": ({"accuracy": [row("16 kg", "16 kg")]}, "case.load_outside", "16 kg"),
    "tare and load beyond Max": (
        {"tare": [row("10 kg", "10 kg", tare="6 kg")]},
        "case.load_outside",
        "16 kg",
    ),
    "an unknown line of the checklist": ({"visual": {"colour": True}}, "case.visual_item", "type_approval"),
    "a range of a scale without ranges": (
        {"accuracy": [row("5 kg", "5000 g", range=2)]},
        "scale.no_such_range",
        "no range 2",
    ),
    "an unknown activity": ({"activity": "tera"}, "case.content", "$.activity"),
    "no observations": ({"accuracy": []}, "case.empty", "no observations"),
    "no date and no rules": ({"date": None}, "case.date", "no date"),
    "a day without rules": ({"date": date(2023, 5, 5)}, "rules.none_in_force", "2023-05-05"),
    "a direction of no kind": (
        {"accuracy": [row("5 kg", "5000 g", direction="naik")]},
        "case.content",
        "direction",
    ),
}


@pytest.mark.parametrize(("change", "code", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_place_and_a_correction(change, code, says):
    with pytest.raises(ProcedureError) as refused:
        compute(GOOD | change)
    assert refused.value.code == code
    assert says in f"{refused.value.message} {refused.value.remedy}"
    assert refused.value.remedy


def test_a_case_may_name_its_rules_without_a_date_but_then_nothing_is_valid_until_a_day():
    concluded = compute(GOOD | {"date": None, "rules": R76, "accuracy": [row("5 kg", "5000 g", "2.5 g")]})
    assert (concluded.verdict.outcome, concluded.valid_until) == (C, None)


# -- against a slow reference

STEPS = {"0": Fraction(1, 2), "500": Fraction(1), "2000": Fraction(3, 2)}


def reference(load: int, shown: int, tenths: int, *, factor: int) -> Outcome:
    """Class III, e = 5 g, in fractions of a gram; the load in grams, ΔL in tenths of e."""
    error = Fraction(shown) + Fraction(5, 2) - Fraction(tenths, 2) - load
    share = Fraction(1, 2) if load <= 2500 else Fraction(1) if load <= 10000 else Fraction(3, 2)
    return C if abs(error) <= share * 5 * factor else N


@given(
    st.integers(0, 3000),
    st.integers(-4, 4),
    st.integers(0, 12),
    st.booleans(),
    st.sampled_from(["g", "kg", "mg", "t"]),
)
def test_changeover_points_agree_with_fractions(count, steps_off, tenths, tera_ulang, unit):
    load, shown = Quantity(count * 5, "g"), Quantity(count * 5 + steps_off * 5, "g")
    added = Quantity(Decimal(tenths) / 2, "g")
    seen = [row(str(load.to(unit)), str(shown.to(unit)), str(added))]
    point = only_point(SHOP_SCALE, tera_ulang=tera_ulang, eccentricity=[seen[0] | {"position": "1"}])
    factor = 2 if tera_ulang else 1
    assert point.outcome is reference(count * 5, count * 5 + steps_off * 5, tenths, factor=factor)


@given(
    st.integers(1, 3000),
    st.sampled_from([1, -1]),
    st.booleans(),
    st.sampled_from(["0.001", "0.5", "1", "20"]),
)
def test_an_error_equal_to_bkd_conforms_on_every_decimal_grid(count, sign, tera_ulang, grid):
    e = Decimal(grid) * 10  # whole tenths of e stay on the grid
    uut = {"class": "I", "max": f"{e * 60000} g", "e": f"{e} g"}
    load = e * count
    limit = e * Decimal("0.5") * (2 if tera_ulang else 1)
    at_limit = only_point(uut, tera_ulang=tera_ulang, accuracy=[row(f"{load} g", f"{load + sign * limit} g")])
    beyond = only_point(
        uut,
        tera_ulang=tera_ulang,
        accuracy=[row(f"{load} g", f"{load + sign * (limit + Decimal(grid) / 1000)} g")],
    )
    assert (at_limit.outcome, beyond.outcome) == (C, N)


HALF_STEPS = {"class": "II", "max": "600 g", "e": "0.1 g", "d": "0.05 g"}


def test_an_error_that_small_weights_found_is_uncertain_by_an_e0_that_was_only_read():
    """With d = e/2 a zero that was only read conforms, ± ¼ e, and E0 may still be anything between."""
    zero = [row("0 g", "0 g")]
    near = [row("600 g", "600.10 g", "0.05 g")]  # E = 0.075 g of 0.1 g permitted: Ec may be 0.1 g
    concluded = case(HALF_STEPS, rules=R76, zero=zero, accuracy=near)
    assert concluded.verdict.outcome is C
    assert concluded.points[1].error_bounds == (mass("0.05 g"), mass("0.1 g"))
    assert concluded.points[1].corrected_error is None
    nearer = [row("600 g", "600.10 g", "0.04 g")]
    concluded = case(HALF_STEPS, rules=R76, zero=zero, accuracy=nearer)
    assert concluded.verdict.outcome is I
    assert concluded.points[1].reason == "error_undecided"
    exact = [row("0 g", "0 g", "0.05 g")]  # E0 = -0.025 g: Ec = 0.11 g
    assert case(HALF_STEPS, rules=R76, zero=exact, accuracy=nearer).verdict.outcome is N


def test_a_net_error_is_uncertain_by_a_net_e0_that_was_only_read():
    tared = [row("0 g", "0 g", tare="40 g"), row("560 g", "560.10 g", "0.04 g", tare="40 g")]
    concluded = case(HALF_STEPS, rules=R76, tare=tared)
    assert [point.outcome for point in concluded.points] == [C, I]
