"""What was seen in a test of a mechanical scale: the rows of an observation sheet, and nothing computed."""

import msgspec

from drivers.quantity import Quantity


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every row has."""

    load: Quantity
    readings: tuple[str, ...] = ()
    """journal paths of its readings; a case file has none"""


class Weighing(_Row, frozen=True, kw_only=True):
    """One load and what the scale showed in equilibrium: beam, dial, or the weights on the other pan."""

    indication: Quantity


class Eccentric(Weighing, frozen=True, kw_only=True):
    """A load out of the centre."""

    position: str | int


class Sensed(_Row, frozen=True, kw_only=True):
    """Whether a small extra load moved the pointer or beam visibly."""

    extra: Quantity | None = None
    """None: as the rules say"""
    moved: bool


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    balanced: bool | None = None
    """without load, after zero was set: does it stand in equilibrium at zero?"""
    sensitivity: tuple[Sensed, ...] = ()
    eccentricity: tuple[Eccentric, ...] = ()
    accuracy: tuple[Weighing, ...] = ()
    repeatability: tuple[Weighing, ...] = ()
