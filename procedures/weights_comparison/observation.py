"""What was seen in a session of weighing: the rows of an observation sheet (cerapan), and nothing computed.

A run fills them from a comparator, a case file from paper; the same code judges both.
"""

from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.weights_comparison.instrument import Cycle


class _Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Common settings."""


class Air(_Seen, frozen=True, kw_only=True):
    """The air in the balance."""

    temperature: Quantity
    pressure: Quantity
    humidity: Quantity
    """relative, %"""


class Reference(_Seen, frozen=True, kw_only=True):
    """The weight, or the weights together, that the others are compared with."""

    standard: str = ""
    """the mark of its set"""
    accuracy_class: str = msgspec.field(name="class", default="")
    nominal: Quantity | None = None
    """None: that of the weights under test"""
    error: Quantity = Quantity(0, "mg")
    """conventional mass − nominal, from the certificate"""
    uncertainty: Quantity | None = None
    """expanded, from the certificate; None: the limit of its class is taken instead"""
    coverage_factor: Decimal = Decimal(2)
    drift: Quantity | None = None
    """half the width within which it may have changed since; None: as the rules assume"""
    material: str | None = None
    density: Quantity | None = None
    density_uncertainty: Quantity | None = None
    """expanded (k = 2)"""


class Sensed(_Seen, frozen=True, kw_only=True):
    """A small weight added to one under test, and by how much the indication changed."""

    mass: Quantity
    change: Quantity
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the small weight"""


class Comparison(_Seen, frozen=True, kw_only=True):
    """One or, in a cycle AB1...BnA, several weights against one reference."""

    weights: tuple[str, ...]
    """marks, in the order B1 to Bn"""
    reference: Reference
    cycle: Cycle = "ABBA"
    cycles: tuple[tuple[Quantity, ...], ...] = ()
    """the indications of each cycle in the order of weighing"""
    differences: tuple[Quantity, ...] = ()
    """weight − reference, in place of the cycles, of one weight"""
    sensitivity: Sensed | None = None
    air: Air | None = None
    air_density: Quantity | None = None
    """in place of the air"""
    air_density_uncertainty: Quantity | None = None
    """standard"""
    buoyancy: Quantity | None = None
    """half the width within which the air's buoyancy, not corrected, lies"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class Found(_Seen, frozen=True, kw_only=True):
    """A conventional mass that was found elsewhere, as a certificate states it."""

    weight: str
    conventional_mass: Quantity
    uncertainty: Quantity | None = None
    """expanded; None: it is not stated"""
    coverage_factor: Decimal = Decimal(2)


class Observations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complete test, or as much of it as was done."""

    visual: dict[str, bool] = {}
    """line of the checklist: are all weights in order?"""
    visual_of: dict[str, dict[str, bool]] = {}
    """by mark: lines in which the weights differ"""
    comparison: tuple[Comparison, ...] = ()
    found: tuple[Found, ...] = ()
