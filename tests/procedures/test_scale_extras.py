"""Substitution portions, creep, return to zero, drift of zero with the temperature."""

import pytest

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.point import Outcome
from procedures.scales.creep import creep, zero_drift, zero_return
from procedures.scales.instrument import AccuracyClass
from procedures.scales.substitution import least_standards
from tests.procedures.scales_at_hand import mass

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate

PORTIONS = {
    # repeatability error of a truck scale of 60 t, e = 20 kg (oracle 1.7)
    "half, at 0.5 e": ("10 kg", "30 t"),
    "half, just above 0.3 e": ("6.01 kg", "30 t"),
    "a third, at 0.3 e": ("6 kg", "20 t"),
    "a fifth, at 0.2 e": ("4 kg", "12 t"),
    "a fifth, without any scatter": ("0 kg", "12 t"),
}


@pytest.mark.parametrize(("scatter", "portion"), PORTIONS.values(), ids=PORTIONS)
def test_the_portion_of_standards_falls_with_the_scatter(scatter, portion):
    assert least_standards(mass("60 t"), mass("20 kg"), mass(scatter)) == mass(portion)


def test_one_tonne_of_standards_is_the_least():
    assert least_standards(mass("1500 kg"), mass("0.5 kg"), mass("0 kg")) == mass("1 t")


def test_a_portion_is_rounded_up_to_whole_intervals():
    assert least_standards(mass("10 t"), mass("2 kg"), mass("0.5 kg")) == mass("3334 kg")


def test_small_scales_have_no_substitution():
    with pytest.raises(ProcedureError, match="above 1 t"):
        least_standards(mass("1 t"), mass("0.5 kg"), mass("0 kg"))


CREEP = {
    # oracle 1.5: P by minutes, e = 5 g, permitted 7.5 g
    "quiet for half an hour": ({0: "14999.0", 5: "14999.5", 15: "15000.0", 30: "15000.0"}, C),
    "within the permitted error for four hours": ({0: "14999.0", 240: "15003.0"}, C),
    "too much after an hour": ({0: "15000", 60: "15010"}, N),
    "four hours are not over": ({0: "15000", 30: "15020"}, I),
    "still moving in the second quarter": ({0: "15000", 15: "15000.5", 30: "15002"}, I),
    "exactly 0.5 e and 0.2 e": ({0: "15000", 15: "15001.5", 30: "15002.5"}, C),
    "beyond the limit within the first half hour, back after it": (
        {0: "15000", 15: "15003", 30: "15007.6", 240: "15000"},
        N,
    ),
    "on the limit within the first half hour": ({0: "15000", 15: "15003", 30: "15007.5", 240: "15000"}, C),
}


@pytest.mark.parametrize(("results", "outcome"), CREEP.values(), ids=CREEP)
def test_creep_is_judged_at_half_an_hour_or_at_four(results, outcome):
    grams = {minute: Quantity(value, "g") for minute, value in results.items()}
    assert creep(grams, mass("5 g"), mass("7.5 g")) is outcome


@pytest.mark.parametrize(("after", "outcome"), [("2 g", C), ("-2.5 g", C), ("2.6 g", N), ("5 g", N)])
def test_zero_returns_within_half_an_interval(after, outcome):
    assert zero_return(mass("0 g"), mass(after), mass("5 g")) is outcome


DRIFTS = {
    "0.64 g for 5 °C (oracle 1.5)": (("20.0 g", "22.6 g"), ("20.1 °C", "40.3 °C"), "III", C),
    "exactly e for 5 °C": (("0 g", "5 g"), ("20 °C", "25 °C"), "III", C),
    "the last digit beyond": (("0 g", "5.0001 g"), ("20 °C", "25 °C"), "III", N),
    "class I is asked for each degree": (("0 g", "5.0001 g"), ("20 °C", "21 °C"), "I", N),
    "falling with rising warmth": (("0 g", "-6 g"), ("20 °C", "25 °C"), "II", N),
    "the worst of two steps": (("0 g", "1 g", "7 g"), ("20 °C", "40 °C", "45 °C"), "III", N),
    "cooled again": (("0 g", "4 g", "0 g"), ("20 °C", "25 °C", "20 °C"), "III", C),
}


@pytest.mark.parametrize(("zeros", "temperatures", "name", "outcome"), DRIFTS.values(), ids=DRIFTS)
def test_zero_may_follow_the_temperature_by_one_interval(zeros, temperatures, name, outcome):
    warmths = [Quantity.parse(one) for one in temperatures]
    found = zero_drift([mass(one) for one in zeros], warmths, mass("5 g"), AccuracyClass(name))
    assert found.outcome is outcome


@pytest.mark.parametrize("warmths", [("20 °C",), ("20 °C", "20 °C"), ("20 °C", "25 °C", "30 °C")])
def test_a_drift_needs_two_temperatures_and_a_zero_for_each(warmths):
    with pytest.raises(ProcedureError, match="shows no drift"):
        zero_drift(
            [mass("0 g")] * min(len(warmths), 2),
            [Quantity.parse(one) for one in warmths],
            mass("5 g"),
            AccuracyClass.III,
        )
