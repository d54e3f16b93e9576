from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from bench import events
from bench.labels import Labels
from bench.tui.screens import run_panels as draw
from bench.tui.view import Row, RunView
from bench.tui.widgets.digits import ROWS, big, largest_scale, width
from bench.tui.widgets.plot import plot
from bench.tui.widgets.readings import readings
from bench.tui.widgets.receptor import HEIGHT, receptor
from drivers.quantity import Quantity
from procedures.edition import PlannedStep
from procedures.point import Method, Outcome, Point, Tolerance
from tests.bench.tui.fake_desk import grams


def point(load: float, error: float, limit: float, outcome: Outcome = Outcome.CONFORMS) -> Point:
    return Point(
        section="accuracy",
        label=f"accuracy/{load}",
        nominal=grams(load),
        error=grams(error),
        method=Method.DIRECT,
        tolerance=Tolerance(lower=grams(-limit), upper=grams(limit)),
        outcome=outcome,
    )


def rows(points: list[Point], columns: int = 40, height: int = 10) -> list[str]:
    return ["".join(cell.character for cell in line) for line in plot(points, columns, height, str)]


def test_five_rows_make_a_digit_that_can_be_read():
    assert big("5,0") == ["████   ████", "█      █  █", "████   █  █", "   █ █ █  █", "████ ▌ ████"]


@given(st.text(alphabet="0123456789.,−+-? ", min_size=1, max_size=9), st.integers(1, 4))
def test_big_digits_are_as_wide_and_high_as_promised(text: str, scale: int):
    lines = big(text, scale)
    assert len(lines) == ROWS * scale
    assert max(len(line) for line in lines) <= width(text) * scale


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_number_of_either_language_has_its_digits(language: str):
    number = Labels(language).number(Decimal("-1234567.890"))
    assert "▒" not in "".join(big(number)), number


def test_digits_that_do_not_fit_have_no_scale():
    assert largest_scale("15.000,0", 20, 5) == 0
    assert largest_scale("5", 0, 0) == 0
    assert largest_scale("5", 80, 11) == 2


@pytest.mark.parametrize("position", ["", "centre", "1", "2", "3", "4", "5", "12"])
def test_the_receptor_is_three_rows_and_shows_the_place(position: str):
    drawing = receptor(position, ("centre", "1", "2", "3", "4"))
    assert len(drawing) == HEIGHT
    assert ("█" in "".join(drawing)) is (position != "")


def test_each_quarter_is_drawn_in_its_own_place():
    assert len({tuple(receptor(position)) for position in ("centre", "1", "2", "3", "4", "")}) == 6


def test_many_supports_are_drawn_in_a_row():
    assert receptor("5", [str(number) for number in range(1, 7)])[1] == "[1] [2] [3] [4] █5█ [6]"


def test_the_plot_marks_points_limits_and_the_zero_line():
    drawn = rows([point(0, 0.5, 2.5), point(5000, 2, 5), point(15000, -7.5, 7.5)])
    assert "".join(drawn).count("●") == 3
    assert any("┼" in line for line in drawn)
    assert drawn[-1].startswith("     └0") or "└0" in drawn[-1]


def test_a_point_outside_its_limits_is_another_sign():
    assert "✘" in "".join(rows([point(0, 0, 5), point(100, 9, 5, Outcome.DOES_NOT_CONFORM)]))


def test_points_of_the_same_load_stand_side_by_side():
    drawn = rows([point(5000, 1, 5), point(5000, 1, 5), point(5000, 1, 5)])
    assert max(line.count("●") for line in drawn) == 3


@given(
    st.lists(st.tuples(st.integers(0, 20000), st.integers(-30, 30), st.integers(0, 9)), max_size=12),
    st.integers(0, 120),
    st.integers(0, 30),
)
def test_the_plot_fills_its_room_exactly_or_stays_empty(
    found: list[tuple[int, int, int]], columns: int, height: int
):
    drawn = rows([point(load, error, limit) for load, error, limit in found], columns, height)
    assert drawn == [] or (len(drawn) == height and all(len(line) == columns for line in drawn))


def test_the_plot_of_nothing_is_nothing():
    assert rows([]) == []


def test_an_empty_table_has_only_its_heading():
    lines = readings(RunView(), Labels(), 50, 8)
    assert "".join(text for text, _ in lines).split() == ["beban", "tunjuk", "E", "BKD"]


BOUNDED = {"on both sides": ("-3", "3", "± 3 s"), "above alone": ("0", "61.141", "≤ 61,14 s")}


@pytest.mark.parametrize("case", BOUNDED)
def test_the_limits_of_the_last_point_stand_on_one_line(case):
    lower, upper, told = BOUNDED[case]
    limits = Tolerance(lower=Quantity(lower, "s"), upper=Quantity(upper, "s"))
    decided = Point(
        section="start", label="start/1", method=Method.DIRECT, tolerance=limits, outcome=Outcome.CONFORMS
    )
    parts = draw.point(Labels("id"), replace(RunView(), last=decided), 28)
    lines = "".join(part if isinstance(part, str) else part[0] for part in parts).splitlines()
    assert f"BKD{told:>25}" in lines


def test_a_plot_without_room_does_not_say_that_there_is_no_error():
    rows = (Row(step=PlannedStep(section="accuracy", label="accuracy/1"), point=point(1, 1, 2)),)
    view = RunView(rows=rows)
    assert "".join(text for text, _ in draw.error_plot(Labels("id"), view, Size(30, 1))[0]) == ""
    assert "Belum ada" in draw.error_plot(Labels("id"), RunView(), Size(30, 9))[0][0][0]


def taken_up(replayed: int, decided: int) -> str:
    """How far a run of twelve points says it is, six minutes after it was shown."""
    points = [point(load, 1, 2) for load in range(12)]
    plan = tuple(PlannedStep(section="accuracy", label=one.label) for one in points)
    told = [
        events.Decided(path=f"{one.label}/point", point=one, replayed=place < replayed)
        for place, one in enumerate(points[: replayed + decided])
    ]
    again = (events.Decided(path=one.path, point=one.point, replayed=True) for one in told)  # after a retake
    view = RunView(rows=tuple(Row(step=step) for step in plan)).folded((*told, *again))
    parts = draw.progress(Labels("id"), view, 100, timedelta(minutes=6))
    return "".join(part if isinstance(part, str) else part[0] for part in parts)


def test_the_time_that_is_left_goes_by_what_was_measured_since_the_run_was_taken_up():
    assert "titik 4/12  sisa ± 12 mnt" in taken_up(0, 4)
    assert "titik 9/12  sisa ± 6 mnt" in taken_up(6, 3)
    assert "titik 8/12" in taken_up(6, 2)
    assert "sisa" not in taken_up(6, 2)  # too few to tell from
