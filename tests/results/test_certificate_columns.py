"""The table of points on paper: headings that fit every row, limits in their unit, one line for a look."""

from decimal import Decimal

import msgspec
import pytest

from drivers.quantity import Quantity
from procedures.point import Method, Outcome, Point, Tolerance
from results.certificate.columns import columns, headings, sections
from results.certificate.content import _mark
from results.certificate.plot import error_plot
from results.certificate.words import quantity
from tests.results.made_run import weigh_points


def seen(label: str, subject: str = "", outcome: Outcome = Outcome.CONFORMS) -> Point:
    return Point(
        section="visual", label=f"visual/{label}", subject=subject, method=Method.INSPECTION, outcome=outcome
    )


def measured(label: str, nominal: str, error: str, limit: str, *, subject: str = "") -> Point:
    bound = Quantity.parse(limit)
    return Point(
        section="accuracy",
        label=f"accuracy/{label}",
        subject=subject,
        nominal=Quantity.parse(nominal),
        error=Quantity.parse(error),
        tolerance=Tolerance(lower=-bound, upper=bound),
        method=Method.DIRECT,
        outcome=Outcome.CONFORMS,
    )


def rows(*points: Point) -> list[list[str]]:
    return [row["cells"] for part in sections(points, columns(points)) for row in part["rows"]]


def test_what_was_looked_at_and_is_in_order_takes_one_line_for_each_instrument():
    found = rows(
        seen("1/seals", "1"),
        seen("1/register_readable", "1"),
        seen("2/seals", "2"),
        seen("2/register_readable", "2"),
    )
    assert found == [["1: segel utuh; angka penunjukan terbaca"], ["2: segel utuh; angka penunjukan terbaca"]]


def test_a_line_that_fails_stands_alone_beside_those_in_order():
    points = (seen("seals"), seen("no_leak"), seen("no_dents", outcome=Outcome.DOES_NOT_CONFORM))
    parts = sections(points, columns(points))[0]["rows"]
    assert [row["fails"] for row in parts] == [False, True]
    assert parts[0]["cells"] == ["segel utuh; tidak bocor"]
    assert parts[1]["cells"][0] == "tidak penyok"


def test_a_heading_names_no_dimension_that_a_row_does_not_have():
    current = measured("1", "5 A", "0.1 %", "1 %")
    time = measured("2", "300 s", "0.1 %", "1 %")
    assert headings((current,), ["nominal"])[1] == ["Arus", "current"]
    assert headings((current, time), ["nominal"])[1] == ["Nominal", "nominal"]


def test_a_limit_stands_in_the_unit_of_what_it_bounds_without_idle_zeros():
    point = Point(
        section="start_flow",
        label="start_flow/1",
        indication=Quantity("8", "L/h"),
        tolerance=Tolerance(lower=Quantity(0, "m3/h"), upper=Quantity("0.032000000", "m3/h")),
        method=Method.DIRECT,
        outcome=Outcome.CONFORMS,
    )
    assert "≤ 32\u00a0L/h" in rows(point)[0]


PRINTED = {
    "a share of a current": ("1/0.05 Ib/1", "1, 0,05 Ib, 1"),
    "a power factor": ("1/Imax cos 0.5 ind/1", "1, Imax cos 0,5 ind, 1"),
    "a mark of an instrument stays as it is": ("A1.2/Q1", "A1.2, Q1"),
}


@pytest.mark.parametrize("case", PRINTED)
def test_a_label_is_printed_with_the_decimal_comma(case):
    label, printed = PRINTED[case]
    assert rows(measured(label, "7 A", "0.1 %", "1 %"))[0][0] == printed


LIMITS = {
    "made by arithmetic": ("10 mL", 3, "±\u00a03,333\u00a0mL"),
    "written in a rule": ("5 mL", 4, "±\u00a01,25\u00a0mL"),
    "small": ("0.5 mL", 30, "±\u00a00,01666\u00a0mL"),
}


@pytest.mark.parametrize("case", LIMITS)
def test_a_limit_is_printed_no_larger_than_it_is(case):
    whole, parts, printed = LIMITS[case]
    limit = Quantity(Quantity.parse(whole).value / parts, "mL")
    point = msgspec.structs.replace(
        measured("range", "20 L", "0 mL", "1 mL"), tolerance=Tolerance(lower=-limit, upper=limit)
    )
    assert rows(point)[0][-1].replace(" ", "\u00a0") == printed


def test_a_limit_beside_bounds_has_the_digits_that_decide():
    limit = Quantity("11.106666", "g")
    within = msgspec.structs.replace(
        measured("range", "20 g", "0 g", "1 g"),
        error=None,
        error_bounds=(Quantity("6.105", "g"), Quantity("11.105", "g")),
        tolerance=Tolerance(lower=-limit, upper=limit),
    )
    assert rows(within)[0][-1].replace("\u00a0", " ") == "± 11,106 g"


ERRORS = {
    "to the last place of its U": ("-3.700191 mL", "0.86 mL", "10 mL", "−3,70"),
    "unless the places after it decide": ("10.000191 mL", "0.86 mL", "10 mL", "10,000191"),
    "no place that was not shown": ("0.5 mL", "0.0086 mL", "10 mL", "0,5"),
    "a U that came in another unit too": ("-3.700191 mL", "0.00086 L", "10 mL", "−3,70"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_an_error_is_printed(case):
    error, expanded, limit, printed = ERRORS[case]
    point = msgspec.structs.replace(
        measured("1", "20 L", error, limit), uncertainty=Quantity.parse(expanded), coverage_factor=2
    )
    assert f"{printed}\u00a0mL" in rows(point)[0]


def test_points_at_one_nominal_have_no_curve_and_a_curve_names_what_is_set():
    assert error_plot([measured(str(place), "20 L", "1 mL", "10 mL") for place in (1, 2, 3)]) == ""
    small, large = (measured(one, one, "0.001 L", "0.01 L") for one in ("10 L", "20 L"))
    assert ">volume (L)<" in error_plot([small, large])
    assert "muatan / load (g)" in error_plot(weigh_points())


def test_points_of_several_instruments_have_no_curve():
    points = [
        measured("1 kg", "1 kg", "3 mg", "50 mg", subject="1 kg"),
        measured("200 g", "200 g", "1 mg", "10 mg", subject="200 g"),
    ]
    assert error_plot(points) == ""


def test_loads_in_two_units_are_drawn_in_one():
    grams = weigh_points()
    mixed = [
        msgspec.structs.replace(one, nominal=one.nominal.to("kg")) if place % 2 else one
        for place, one in enumerate(grams)
        if one.nominal is not None
    ]
    assert error_plot(mixed) == error_plot([one for one in grams if one.nominal is not None])


MARKS = {
    "a way of testing": ("method", "power_time", ("method_of_test", "daya–waktu")),
    "a fuel and a shared meter of each nozzle": (
        "nozzles",
        [{"id": "1", "meter": "IC", "liquid": "petrol"}, {"id": "2"}],
        ("nozzles", "1 (meter IC, bensin); 2"),
    ),
    "volumes of compartments": (
        "compartments",
        [{"id": "1", "nominal": "8000 L"}],
        ("compartments", "1 (8000\u00a0L)"),
    ),
    "what is known of a comparator": (
        "balance",
        {"d": "0.001 g", "repeatability": "0.8 mg"},
        ("balance", "Daya baca d 0,001\u00a0g, s 0,8\u00a0mg"),
    ),
    "what it is made of": ("material", "brass", ("material", "kuningan")),
}


@pytest.mark.parametrize("case", MARKS)
def test_an_entry_of_the_data_plate_is_printed_in_indonesian(case):
    name, value, printed = MARKS[case]
    assert _mark(name, value) == printed


def test_units_are_printed_as_people_write_them():
    assert quantity(Quantity(Decimal("1.5"), "m3/h")) == "1,5\u00a0m³/h"
    assert quantity(Quantity(3, "pcs")) == "3\u00a0pulsa"


def delivered(indication: str, reference: str, nominal: str = "30 L/h") -> Point:
    return msgspec.structs.replace(
        measured("1", nominal, "0.5 %", "2 %"),
        indication=Quantity.parse(indication),
        reference=Quantity.parse(reference),
    )


COLUMNS = {
    # indications and references as they came, then as printed
    "litres where cubic metres begin with zeros": (
        [("0.0101", "m3", "10.045678", "L"), ("0.1000", "m3", "100.3", "L")],
        [["10,1 L", "10,045678 L"], ["100,0 L", "100,3 L"]],
    ),
    "cubic metres where they are long enough": (
        [("10.01", "m3", "10050.5", "L"), ("2.00", "m3", "1999", "L")],
        [["10,01 m³", "10,0505 m³"], ["2,00 m³", "1,999 m³"]],
    ),
    "one register in litres, another in cubic metres": (
        [("0.050", "m3", "50.1", "L"), ("50.2", "L", "50.1", "L")],
        [["50 L", "50,1 L"], ["50,2 L", "50,1 L"]],
    ),
    "nothing is changed where there is one unit": (
        [("0.050", "m3", "0.0501", "m3")],
        [["0,050 m³", "0,0501 m³"]],
    ),
    "nothing begins with nothing": (
        [("0.0", "m3", "1.5", "m3"), ("2", "m3", "1500", "L")],
        [["0,0 m³", "1,5 m³"], ["2 m³", "1,500 m³"]],
    ),
    "hours that no decimal makes of minutes stay": (
        [("1", "h", "40", "min")],
        [["60 min", "40 min"]],
    ),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_column_has_one_unit_the_one_that_is_read_most_easily(case):
    given, printed = COLUMNS[case]
    points = [delivered(f"{a} {unit}", f"{b} {other}") for a, unit, b, other in given]
    shown = [
        [cell.replace("\u00a0", " ").replace("\u2009", "") for cell in row[2:4]] for row in rows(*points)
    ]
    assert shown == printed


def test_flows_have_one_unit_and_weights_keep_their_names():
    flows = rows(delivered("1 L", "1 L", "30 L/h"), delivered("1 L", "1 L", "2.5 m3/h"))
    assert [row[1].replace("\u00a0", " ") for row in flows] == ["30 L/h", "2500 L/h"]
    weights = [
        msgspec.structs.replace(measured(one, one, "0.01 mg", "1 mg"), reference=Quantity.parse(one))
        for one in ("20 kg", "100 g", "1 mg")
    ]
    assert [row[1].replace("\u00a0", " ") for row in rows(*weights)] == ["20 kg", "100 g", "1 mg"]


def test_an_error_and_its_limit_are_in_the_unit_of_the_column():
    found = rows(measured("1", "20 L", "0.065 L", "0.1 L"), measured("2", "20 L", "12 mL", "0.1 L"))
    assert [[cell.replace("\u00a0", " ") for cell in row[-2:]] for row in found] == [
        ["65 mL", "± 100 mL"],
        ["12 mL", "± 100 mL"],
    ]
