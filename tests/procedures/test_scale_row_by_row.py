"""A sheet that is judged row by row, as a run fills it, gives what it gives when judged whole."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.notation import to_json
from drivers.quantity import Quantity
from procedures.point import Point
from procedures.scales.assessment import Sheet
from procedures.scales.basis import Basis
from procedures.scales.budget import ScaleBudgets
from procedures.scales.instrument import read_scale
from procedures.scales.observation import Accuracy, Eccentric, Observations, Tared, Weighing, ZeroSetting
from procedures.scales.rules import choose_rules
from tests.procedures.scales_at_hand import DAY, SHOP_SCALE, TERA

SCALE = read_scale(SHOP_SCALE)
LOADS = st.sampled_from(["0 kg", "0.1 kg", "2.5 kg", "5000 g", "5.000 kg", "15 kg"]).map(Quantity.parse)
SECTIONS: dict[str, tuple[type[Weighing], dict[str, Any]]] = {
    "zero": (ZeroSetting, {}),
    "eccentricity": (Eccentric, {"position": "1"}),
    "accuracy": (Accuracy, {"direction": "up"}),
    "repeatability": (Weighing, {}),
    "tare": (Tared, {"tare": Quantity.parse("1 kg")}),
}


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, Weighing]:
    section = draw(st.sampled_from(sorted(SECTIONS)))
    kind, more = SECTIONS[section]
    loads = LOADS if section != "tare" else LOADS.filter(lambda load: load <= Quantity(5, "kg"))
    load = draw(loads)
    shown = load + Quantity(5 * draw(st.integers(-3, 3)), "g")
    added = draw(st.none() | st.integers(0, 10).map(lambda grams: Quantity(grams, "g")))
    fine = draw(st.booleans())
    return section, kind(load=load, indication=shown, added=added, high_resolution=fine, **more)


def judged(basis: Basis) -> tuple[bytes, Sequence[str]]:
    sheet = Sheet(basis)
    points: list[Point] = list(sheet.points())
    return to_json(points), [to_json(sheet.rows[label]).decode() for label in sheet.rows]


@pytest.mark.parametrize("table", ["kepdirjen-spk-131-2015", "oiml-r76-1-2006"])
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(rows(), min_size=1, max_size=10))
def test_row_by_row_gives_the_same_as_the_whole_sheet(table: str, steps: list[tuple[str, Weighing]]) -> None:
    rules, _ = choose_rules(table, DAY)
    growing = Basis(SCALE, rules, TERA, Observations())
    seen = Observations()
    for section, row in steps:
        seen = msgspec.structs.replace(seen, **{section: (*getattr(seen, section), row)})
        assert judged(growing.of(seen)) == judged(Basis(SCALE, rules, TERA, seen))


@pytest.mark.parametrize("table", ["kepdirjen-spk-131-2015", "oiml-r76-1-2006"])
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(rows(), min_size=1, max_size=10))
def test_the_budget_of_a_point_is_the_same_beside_others_and_alone(
    table: str, steps: list[tuple[str, Weighing]]
) -> None:
    rules, _ = choose_rules(table, DAY)
    seen = Observations()
    for section, row in steps:
        seen = msgspec.structs.replace(seen, **{section: (*getattr(seen, section), row)})
    sheet = Sheet(Basis(SCALE, rules, TERA, seen))
    points = tuple(sheet.points())
    alone = [one for point in points for one in ScaleBudgets(sheet).of_points((point,))]
    assert list(ScaleBudgets(sheet).of_points(points)) == alone


def test_of_two_zeros_that_are_only_bounded_the_first_counts_and_an_exact_one_before_both() -> None:
    rules, _ = choose_rules("oiml-r76-1-2006", DAY)
    bounded, later = (ZeroSetting(indication=Quantity.parse(shown)) for shown in ("0 g", "5 g"))
    exact = ZeroSetting(indication=Quantity.parse("0 g"), added=Quantity.parse("2 g"))
    for zero, gives in (((bounded, later), bounded), ((bounded, later, exact), exact), ((), None)):
        basis = Basis(SCALE, rules, TERA, Observations(zero=zero))
        assert basis.zero_row() is gives
        assert basis.zero_error() == (None if gives is None else basis.found(gives, gives.load))


def test_a_row_that_is_taken_back_leaves_nothing_behind() -> None:
    """A step that is done again: another row in the same place, under the same label."""
    rules, _ = choose_rules("kepdirjen-spk-131-2015", DAY)
    first, again = (
        Accuracy(load=Quantity.parse("5 kg"), indication=Quantity.parse(shown), direction="up")
        for shown in ("5.015 kg", "5.000 kg")
    )
    basis = Basis(SCALE, rules, TERA, Observations(accuracy=(first,)))
    wrong = judged(basis)
    right = judged(basis.of(Observations(accuracy=(again,))))
    assert right == judged(Basis(SCALE, rules, TERA, Observations(accuracy=(again,))))
    assert right != wrong
