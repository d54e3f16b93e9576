"""The neck of a measure: a sign that slipped is found, and what was read becomes a volume."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.vessels.measured import Measured, held
from procedures.vessels.neck import Neck, deviation

L20 = Quantity(20, "L")
ZERO_C = Quantity(28, "°C")


def quantity(text: str) -> Quantity:
    return Quantity.parse(text)


READINGS = {
    "above the line": ({"above": "35 mL"}, "35 mL"),
    "below the line": ({"below": "35 mL"}, "-35 mL"),
    "at the line": ({"above": "0 mL"}, "0 mL"),
    "at the line from below has no minus": ({"below": "0 mL"}, "0 mL"),
    "a plus that means more": ({"scale": "35 mL", "plus": "more"}, "35 mL"),
    "a minus where plus means more": ({"scale": "-35 mL", "plus": "more"}, "-35 mL"),
    "a plus that means less": ({"scale": "35 mL", "plus": "less"}, "-35 mL"),
    "a minus where plus means less": ({"scale": "-35 mL", "plus": "less"}, "35 mL"),
}


@pytest.mark.parametrize(("said", "found"), READINGS.values(), ids=READINGS)
def test_a_reading_says_on_which_side_of_the_line_it_is(said, found):
    neck = Neck(
        nominal=L20,
        plus=said.get("plus"),
        **{name: quantity(value) for name, value in said.items() if name != "plus"},
    )
    assert str(deviation(neck, "$")) == found


SLIPS = {
    "nothing said": ({}, "vessel.reading_missing"),
    "both sides": ({"above": "35 mL", "below": "35 mL"}, "vessel.reading_missing"),
    "a sign and no convention": ({"scale": "-35 mL"}, "vessel.reading_missing"),
    "a convention and no sign": ({"above": "35 mL", "plus": "more"}, "vessel.reading_missing"),
    "a minus on an amount above": ({"above": "-35 mL"}, "vessel.sign"),
    "a minus on an amount below": ({"below": "-35 mL"}, "vessel.sign"),
    "litres for millilitres": ({"above": "35 L"}, "vessel.beyond_neck"),
    "more than any neck holds": ({"scale": "-2.001 L", "plus": "more"}, "vessel.beyond_neck"),
    "a mass": ({"above": "35 g"}, "vessel.no_volume"),
}


@pytest.mark.parametrize(("said", "code"), SLIPS.values(), ids=SLIPS)
def test_a_reading_whose_sign_could_slip_is_refused(said, code):
    neck = Neck(
        nominal=L20,
        plus=said.get("plus"),
        **{name: quantity(value) for name, value in said.items() if name != "plus"},
    )
    with pytest.raises(ProcedureError) as refused:
        deviation(neck, "$")
    assert refused.value.code == code


def test_a_measure_of_no_volume_is_refused():
    with pytest.raises(ProcedureError) as refused:
        deviation(Neck(nominal=Quantity(0, "L"), above=Quantity(0, "mL")), "$")
    assert refused.value.code == "vessel.no_volume"


@given(st.decimals("0", "2", places=4))
def test_above_and_below_are_mirror_images_around_the_volume_of_the_line(amount: Decimal):
    volume = quantity("20.002 L")
    above, below = (
        held(Measured(nominal=L20, volume=volume, **{side: Quantity(amount, "L")}), ZERO_C, "$").volume
        for side in ("above", "below")
    )
    assert above - volume == volume - below
    assert above >= below


def test_without_a_temperature_no_digit_is_lost():
    row = Measured(nominal=L20, volume=quantity("20.0021234567 L"), below=quantity("0.0000000001 L"))
    assert held(row, ZERO_C, "$").volume == quantity("20.0021234566 L")


def test_a_measure_grows_with_warmth_from_the_reference_of_its_certificate_or_of_the_rules():
    row = {"nominal": L20, "above": quantity("35 mL"), "temperature": quantity("31 °C")}
    own = Measured(**row, expansion=Decimal("47.7e-6"), reference_temperature=quantity("20 °C"))
    assert abs(held(own, ZERO_C, "$").volume - quantity("20.045512 L")) < quantity("0.000001 L")
    of_rules = Measured(**row, material="stainless_steel_316")
    assert held(of_rules, ZERO_C, "$").volume < held(own, ZERO_C, "$").volume
    unknown = held(Measured(**row), ZERO_C, "$")
    assert unknown.volume == unknown.read
    assert {notice.code for notice in unknown.notices} == {"vessel_nominal_taken", "expansion_unknown"}
