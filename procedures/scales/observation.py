"""What was seen in a test of a scale: the rows of an observation sheet (cerapan), and nothing computed.

A run fills them from the instrument, a case file from paper; the same code judges both.
"""

from typing import Literal

import msgspec

from drivers.quantity import Quantity


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every row has."""

    readings: tuple[str, ...] = ()
    """journal paths of its readings; a case file has none"""
    range: int | None = None
    """range in use of a multiple range instrument, from 1; None: the smallest that takes the load"""


class Weighing(_Row, frozen=True, kw_only=True):
    """One load and what the scale showed."""

    load: Quantity
    indication: Quantity
    added: Quantity | None = None
    """ΔL of the changeover point; zero is a reading, None was not taken"""
    rise: Quantity | None = None
    """by how much the indication rose at the changeover; None: by d"""
    high_resolution: bool = False
    """read from the extended display"""


class ZeroSetting(Weighing, frozen=True, kw_only=True):
    """After zero-setting: no load, or a small one that leaves the range of zero-tracking."""

    load: Quantity = Quantity(0, "g")


class Eccentric(Weighing, frozen=True, kw_only=True):
    """A load out of the centre."""

    position: str | int


class Accuracy(Weighing, frozen=True, kw_only=True):
    """A load of the weighing test."""

    direction: Literal["up", "down"] | None = None
    substitutions: int = 0
    """how often standards were exchanged for ballast that is in this load"""
    planned: Quantity | None = None
    """the load as planned, which its label names; None: the load"""


class Ballast(Weighing, frozen=True, kw_only=True):
    """Ballast alone, in the place of standards; its load is B as it was found."""


class Tared(Weighing, frozen=True, kw_only=True):
    """A net load and the net indication; a net load of zero shows the accuracy of tare-setting."""

    tare: Quantity


class Discriminated(_Row, frozen=True, kw_only=True):
    """An indication, and the indication after a small extra load was laid on gently."""

    load: Quantity
    indication: Quantity
    extra: Quantity | None = None
    """None: 1.4 d, or what the rules say"""
    after: Quantity
    edge: bool | None = None
    """whether the indication was first brought down to the edge of its step; None: it stood anywhere in it"""


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    visual: dict[str, bool] = {}
    """line of the checklist: is it in order?"""
    zero: tuple[ZeroSetting, ...] = ()
    eccentricity: tuple[Eccentric, ...] = ()
    accuracy: tuple[Accuracy, ...] = ()
    ballast: tuple[Ballast, ...] = ()
    """the substitutions of the weighing test, in order; evidence of B, no points of their own"""
    repeatability: tuple[Weighing, ...] = ()
    discrimination: tuple[Discriminated, ...] = ()
    tare: tuple[Tared, ...] = ()
