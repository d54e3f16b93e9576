"""The table of readings on narrow and wide screens: the limit stays in sight, names take the room left."""

import pytest
from msgspec.structs import replace

from bench.labels import Labels
from bench.tui.view import Row, RunView, short_error
from bench.tui.widgets.readings import readings
from drivers.quantity import Quantity
from procedures.edition import PlannedStep
from procedures.point import Method, Outcome, Point, Tolerance

LABEL = "accuracy/3/Imax cos 0.5 ind/1"
METER = Point(
    section="accuracy",
    label=LABEL,
    subject="3",
    nominal=Quantity("60", "A"),
    indication=Quantity("19.375", "Wh"),
    reference=Quantity("19.375312", "Wh"),
    error=Quantity("-0.0016", "%"),
    tolerance=Tolerance(lower=Quantity("-1", "%"), upper=Quantity("1", "%")),
    method=Method.DIRECT,
    outcome=Outcome.CONFORMS,
)
SEEN = Point(
    section="visual",
    label="visual/3/descriptive_markings",
    subject="3",
    method=Method.INSPECTION,
    outcome=Outcome.CONFORMS,
)


def table(point: Point, columns: int) -> list[str]:
    step = PlannedStep(section=point.section, label=point.label, load=point.nominal)
    load = PlannedStep(section="accuracy", label="accuracy/1", load=Quantity("60", "A"))
    view = RunView(rows=(Row(step=step, point=point), Row(step=load)))
    return "".join(text for text, _ in readings(view, Labels("id"), columns, 12)).splitlines()


@pytest.mark.parametrize("columns", [50, 56, 70])
def test_error_and_limit_are_in_sight_on_every_screen(columns):
    heading, _, row, *_ = table(METER, columns)
    assert "E %" in heading
    assert "BKD %" in heading
    assert "−0,0016" in row
    assert "±1" in row
    assert all(len(line) <= columns for line in (heading, row))


def test_the_reference_has_a_column_where_there_is_room_for_all():
    assert "acuan" in table(METER, 70)[0]
    assert "acuan" not in table(METER, 50)[0]


def test_a_name_takes_the_room_that_is_left():
    assert "3 Imax cos 0,5" in table(METER, 50)[2]


def test_what_was_looked_at_is_named_over_the_columns_that_it_leaves_empty():
    row = table(SEEN, 56)[2]
    assert "3 Penandaan lengkap (merek, data tek" in row
    assert "✔" in row
    assert len(row) <= 56


WEIGHT = Point(
    section="accuracy",
    label="accuracy/100 g",
    subject="100 g",
    nominal=Quantity("100", "g"),
    error=Quantity("0.2196413", "mg"),
    tolerance=Tolerance(lower=Quantity("-0.5", "mg"), upper=Quantity("0.5", "mg")),
    method=Method.DIRECT,
    outcome=Outcome.CONFORMS,
)


@pytest.mark.parametrize("columns", [46, 50, 70])
def test_errors_of_weights_stand_in_their_own_unit_beside_their_limit(columns):
    step = PlannedStep(section="accuracy", label="accuracy/100 g", load=Quantity("100", "g"))
    rows = readings(RunView(rows=(Row(step=step, point=WEIGHT),)), Labels("id"), columns, 12)
    heading, _, row, *_ = "".join(text for text, _ in rows).splitlines()
    assert "E mg" in heading
    assert "beban  " in heading
    assert "+0,21964" in row
    assert "±0,5" in row


DECIMALS = {
    "nothing beside the limit": ("-3.700191", "10", "−3,700"),
    "one of them decides": ("10.0000004", "10", "+10,0000004"),
    "fewer than that": ("0.5", "10", "+0,5"),
    "a limit of its own size": ("0.0016", "0.05", "+0,0016"),
}


@pytest.mark.parametrize("case", DECIMALS)
def test_an_error_has_as_many_decimals_as_its_limit_gives_sense(case):
    error, limit, told = DECIMALS[case]
    limits = Tolerance(lower=-Quantity(limit, "mL"), upper=Quantity(limit, "mL"))
    point = replace(SEEN, error=Quantity(error, "mL"), tolerance=limits)
    shown = short_error(point)
    assert shown is not None
    assert Labels("id").number(shown.value, signed=True) == told
