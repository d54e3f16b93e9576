"""Measurement standards and the gate that each must pass before a test begins."""

from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec

from drivers.quantity import Quantity

COVERAGE: Final = Decimal(2)
"""k with which uncertainties are compared and told; a certificate may state another"""


class Weight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of weight in a set."""

    nominal: Quantity
    count: int = 1
    uncertainty: Quantity | None = None
    """expanded, from the certificate; None: the class limit is taken instead"""
    error: Quantity | None = None
    """conventional mass − nominal, from the certificate"""


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the table of a certificate."""

    at: Quantity
    """the flow, load or indication at which it was found"""
    error: Quantity
    """indication − true value: a quantity, or % of it"""
    uncertainty: Quantity | None = None
    """expanded; None: that of the standard"""


Kind = Literal["weights", "vessel", "scale", "master_meter", "thermometer", "meter"]
"""what a standard is; a `meter` measures electrical energy, length or gas"""


class WorkingStandard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standard as the laboratory registers it: a set of weights, or one instrument or measure."""

    id: str
    """the cupboard's mark: `S-07`"""
    kind: Kind = "weights"
    accuracy_class: str = ""
    """of weights by OIML R 111: E1, E2, F1, F2, M1, M1-2, M2, M2-3, M3"""
    weights: tuple[Weight, ...] = ()
    """of a set of weights"""
    certificate: str
    due: date
    owner: str = ""
    traceability: str = ""
    coverage_factor: Decimal = Decimal(2)
    nominal: Quantity | None = None
    """what is written on it: the volume of a measure, the capacity of a scale"""
    value: Quantity | None = None
    """actual value from the certificate, at the reference temperature; None: the nominal"""
    uncertainty: Quantity | None = None
    """expanded, from the certificate: in the unit of the value, or in %"""
    reference_temperature: Quantity | None = None
    """None: that of the rules"""
    expansion: Decimal | None = None
    """cubic, 1/°C, of a measure"""
    material: str | None = None
    """in place of the coefficient: a name of the table of materials"""
    scale_interval: Quantity | None = None
    """smallest step that can be read on it"""
    pulse: Quantity | None = None
    """volume of one pulse of a master meter that gives pulses"""
    lowest: Quantity | None = None
    """least flow, load or indication for which the certificate holds"""
    highest: Quantity | None = None
    corrections: tuple[Correction, ...] = ()
    """the table of the certificate, in rising order"""


class StandardUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standard as a record names it."""

    id: str
    description: str
    accuracy_class: str
    certificate: str
    due: date
    owner: str = ""
    traceability: str = ""
