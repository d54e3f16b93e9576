"""Scales, weights and tasks that several tests use."""

from datetime import date
from typing import Any

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.point import Activity
from procedures.scales.task import ScaleTask, prepare
from procedures.standard import Weight, WorkingStandard

TERA = Activity.INITIAL_VERIFICATION
TERA_ULANG = Activity.SUBSEQUENT_VERIFICATION
DAY = date(2026, 11, 21)

SHOP_SCALE = {"class": "III", "max": "15 kg", "min": "100 g", "e": "5 g"}


def mass(text: str) -> Quantity:
    return Quantity.parse(text)


def weights(*texts: str) -> tuple[Weight, ...]:
    """`2 kg*2` is two weights of 2 kg."""
    pairs = [text.split("*") for text in texts]
    return tuple(Weight(nominal=mass(p[0]), count=int(p[1]) if len(p) > 1 else 1) for p in pairs)


SET = weights(
    "10 kg",
    "5 kg",
    "2 kg*2",
    "1 kg",
    "500 g",
    "200 g*2",
    "100 g",
    "50 g",
    "20 g*2",
    "10 g",
    "5 g",
    "2 g*2",
    "1 g",
    "500 mg",
    "200 mg*2",
    "100 mg",
)


def standard(name: str = "S-07", accuracy_class: str = "M1", **more: Any) -> WorkingStandard:
    given = {"weights": SET, "certificate": "K-1/2026", "due": date(2027, 3, 14)} | more
    return WorkingStandard(id=name, accuracy_class=accuracy_class, **given)


def scale_task(
    uut: dict[str, Any] | None = None,
    activity: Activity = TERA_ULANG,
    rules: str | None = None,
    standards: tuple[WorkingStandard, ...] | None = None,
    named: tuple[str, ...] = (),
) -> ScaleTask:
    assignment = Assignment(
        kind="scales", activity=activity, uut=uut or SHOP_SCALE, rules=rules, standards=named
    )
    cupboard = (standard(), standard("S-08", weights=weights("10 kg*2", "5 kg")))
    return prepare(assignment, DAY, cupboard if standards is None else standards)
