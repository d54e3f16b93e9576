"""What the certificate of a standard says where it is used, and what it does not say is refused."""

from datetime import date
from decimal import Decimal

import pytest

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.capacity_measures.task import prepare as capacity_task
from procedures.compared_lengths.testing import certified
from procedures.errors import StandardError
from procedures.length_measures.task import prepare as length_task
from procedures.point import Activity
from procedures.reference_standard import Use, corrected, error_at, lacks, relative_uncertainty, volume_of
from procedures.standard import Correction, WorkingStandard
from procedures.vessels.measured import held
from procedures.vessels.reader import measured
from procedures.water_meters.task import prepare as water_task

ON = date(2026, 11, 21)
INITIAL = Activity.INITIAL_VERIFICATION


def q(text: str) -> Quantity:
    return Quantity.parse(text)


def standard(kind: str, **facts: object) -> WorkingStandard:
    return WorkingStandard(id="N", kind=kind, certificate="c", due=date(2027, 1, 1), **facts)


def table(*lines: tuple[str, str]) -> tuple[Correction, ...]:
    return tuple(Correction(at=q(at), error=q(error)) for at, error in lines)


def lacking(found: WorkingStandard, at: str, limit: str = "100 %") -> list[str]:
    return [code for code, _ in lacks(found, Use(kind=found.kind, at=q(at), limit=q(limit)), ON)]


@pytest.mark.parametrize(
    ("kind", "nominal", "stated", "at", "share"),
    [
        ("scale", "300 kg", "100 g", "10 kg", "1 %"),
        ("scale", "300 kg", "100 g", "300 kg", "0.033334 %"),
        ("scale", "300 kg", "0.02 %", "10 kg", "0.02 %"),
        ("meter", "10 m", "0.5 mm", "1 m", "0.05 %"),
        ("vessel", "20 L", "3 mL", "100 L", "0.015 %"),  # filled five times, each time to its line
    ],
)
def test_an_uncertainty_is_a_share_of_what_is_measured_not_of_what_could_be(kind, nominal, stated, at, share):
    found = standard(kind, nominal=q(nominal), uncertainty=q(stated))
    assert relative_uncertainty(found, q(at)) == q(share)


def test_the_uncertainty_of_a_line_is_a_share_of_what_is_measured_too():
    lines = tuple(
        Correction(at=q(at), error=q("0 g"), uncertainty=q("100 g")) for at in ("5 kg", "20 kg", "300 kg")
    )
    found = standard("scale", nominal=q("300 kg"), corrections=lines)
    assert relative_uncertainty(found, q("10 kg")) == q("1 %")


def test_an_uncertainty_with_another_factor_is_taken_to_two():
    found = standard("scale", nominal=q("60 kg"), uncertainty=q("1 g"), coverage_factor=Decimal(1))
    assert relative_uncertainty(found, q("20 kg")) == q("0.01 %")


def test_a_scale_too_coarse_for_what_is_weighed_is_refused_by_every_test():
    weighed = {"method": "gravimetric", "air_density": "1.2 kg/m3"}
    water = weighed | {"class": "2", "q3": "2.5 m3/h", "ratio": 80, "dn": 15}
    measure = weighed | {"type": "bejana_ukur", "nominal": "5 L", "material": "stainless_steel_304"}
    tape = {"class": "II", "length": "2 m", "form": "bar"}
    for kind, prepare, uut, facts in (
        ("scale", capacity_task, measure, ("60 kg", "5 g")),
        ("scale", water_task, water, ("5 kg", "100 g")),
        ("meter", length_task, tape, ("50 m", "2 mm")),
    ):
        nominal, stated = facts
        found = standard(kind, nominal=q(nominal), uncertainty=q(stated))
        with pytest.raises(StandardError) as refused:
            prepare(Assignment(kind="x", activity=INITIAL, uut=uut), ON, (found,))
        assert refused.value.code.startswith(("standard.uncertainty_share", "standard.kind_missing"))


def test_a_measure_holds_what_its_table_says():
    found = standard("vessel", nominal=q("20 L"), corrections=table(("20 L", "60 mL")))
    assert volume_of(found) == q("19.94 L")
    row = measured(found, "at_line", q("0 mL"), None)
    assert held(row, q("28 °C"), "$").read == q("19.94 L")
    assert held(row, q("28 °C"), "$").notices == ()


def test_the_value_of_a_measure_goes_before_its_table_and_without_both_there_is_none():
    lines = table(("20 L", "60 mL"))
    assert volume_of(standard("vessel", nominal=q("20 L"), value=q("20.01 L"), corrections=lines)) == q(
        "20.01 L"
    )
    assert volume_of(standard("vessel", nominal=q("20 L"))) is None


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((("3000 L/h", "0.2 %"), ("1000 L/h", "0.9 %")), "standard.table_order"),
        ((("1000 L/h", "0.2 %"), ("1000 L/h", "0.9 %")), "standard.table_order"),
        ((("20 L", "1.5 %"),), "standard.table_quantity"),
        ((("1000 L/h", "0.2 %"), ("20 L", "1.5 %")), "standard.table_quantity"),
        ((("1000 L/h", "2 L/h"), ("3000 L/h", "2 L/h")), "standard.table_error"),
        ((("1000 L/h", "0.2 %"), ("3000 L/h", "0.2 %")), "standard.range"),
    ],
)
def test_a_table_that_does_not_say_what_is_asked_is_refused(lines, fault):
    found = standard("master_meter", uncertainty=q("0.1 %"), corrections=table(*lines))
    assert lacking(found, "30 L/h") == [fault]


def test_a_range_that_is_said_goes_before_the_ends_of_the_table():
    lines = table(("1000 L/h", "0.2 %"), ("3000 L/h", "0.2 %"))
    found = standard("master_meter", uncertainty=q("0.1 %"), corrections=lines, lowest=q("20 L/h"))
    assert lacking(found, "30 L/h") == []
    assert lacking(found, "3001 L/h") == ["standard.range"]
    assert lacking(found, "3000 L/h") == []


def test_errors_in_percent_and_in_grams_are_not_mixed():
    mixed = standard(
        "scale",
        nominal=q("60 kg"),
        uncertainty=q("1 g"),
        corrections=table(("1 kg", "1 g"), ("60 kg", "0.1 %")),
    )
    assert lacking(mixed, "20 kg") == ["standard.table_error"]


def test_an_error_in_percent_of_a_length_is_a_length():
    found = standard("meter", nominal=q("10 m"), corrections=table(("10 m", "0.05 %")))
    assert certified(found, q("10 m")).error == q("5 mm")
    assert certified(standard("meter", nominal=q("10 m")), q("10 m")).error == q("0 mm")


def test_a_load_is_corrected_where_it_stood_and_a_scale_without_a_table_keeps_its_digits():
    lines = table(("50 kg", "0 g"), ("100 kg", "0 g"), ("150 kg", "60 g"))
    found = standard("scale", nominal=q("150 kg"), corrections=lines)
    assert corrected(found, q("150 kg")) - corrected(found, q("100 kg")) == q("49.94 kg")
    assert corrected(found, q("100 kg")) - corrected(found, q("50 kg")) == q("50 kg")
    bare = standard("scale", nominal=q("150 kg"))
    assert str(corrected(bare, q("12.340 kg"))) == "12.340 kg"
    assert error_at(bare, q("12 kg")) == q("0 %")


def test_on_a_scale_so_much_water_is_weighed_that_its_uncertainty_is_small_enough():
    uut = {"class": "2", "q3": "2.5 m3/h", "ratio": 80, "dn": 15, "method": "gravimetric"}
    order = Assignment(kind="water_meters", activity=INITIAL, uut=uut | {"air_density": "1.2 kg/m3"})
    coarse = standard("scale", nominal=q("300 kg"), uncertainty=q("100 g"))
    task = water_task(order, ON, (coarse,))
    for flow in task.flows:
        assert flow.volume.value * Decimal(flow.uncertainty.value) / 100 >= Decimal(
            "0.1"
        )  # 100 g, never less
    fine = standard("scale", nominal=q("150 kg"), uncertainty=q("1 g"))
    smallest = [flow.volume for flow in water_task(order, ON, (fine,)).flows]
    assert [flow.volume for flow in water_task(order, ON, (coarse, fine)).flows] == smallest
    assert all(more.volume >= less for more, less in zip(task.flows, smallest, strict=True))
    assert task.flows[0].volume > smallest[0]


def test_a_certificate_that_states_no_uncertainty_at_all_states_nothing():
    for stated in ("0 g", "0 %"):
        found = standard("scale", nominal=q("60 kg"), uncertainty=q(stated))
        assert lacking(found, "20 kg") == ["standard.uncertainty_unknown"]


def test_a_range_that_is_said_to_begin_at_nothing_begins_there():
    lines = table(("10 kg", "1 g"), ("60 kg", "1 g"))
    facts = {"nominal": q("60 kg"), "uncertainty": q("1 g"), "corrections": lines}
    assert lacking(standard("scale", lowest=q("0 kg"), **facts), "5 kg") == []
    assert lacking(standard("scale", **facts), "5 kg") == ["standard.range"]


def test_the_table_of_a_measure_must_reach_its_line():
    facts = {"nominal": q("20 L"), "uncertainty": q("3 mL")}
    assert lacking(standard("vessel", corrections=table(("20 L", "60 mL")), **facts), "100 L") == []
    assert lacking(standard("vessel", corrections=table(("10 L", "60 mL")), **facts), "20 L") == [
        "standard.range"
    ]


def test_a_scale_whose_uncertainty_is_no_mass_is_refused_with_a_sentence():
    uut = {"class": "2", "q3": "2.5 m3/h", "ratio": 80, "method": "gravimetric", "air_density": "1.2 kg/m3"}
    order = Assignment(kind="water_meters", activity=INITIAL, uut=uut)
    with pytest.raises(StandardError) as refused:
        water_task(order, ON, (standard("scale", nominal=q("60 kg"), uncertainty=q("2 L")),))
    assert refused.value.code == "standard.unit.no_other"
