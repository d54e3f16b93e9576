"""Measurement standards and the gate that each must pass before a test begins."""

from datetime import date
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity


class Weight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of weight in a set."""

    nominal: Quantity
    count: int = 1
    uncertainty: Quantity | None = None
    """expanded, from the certificate; None: the class limit is taken instead"""
    error: Quantity | None = None
    """conventional mass − nominal, from the certificate"""


class WorkingStandard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of weights as the laboratory registers it."""

    id: str
    """the cupboard's mark: `S-07`"""
    accuracy_class: str
    """OIML R 111: E1, E2, F1, F2, M1, M1-2, M2, M2-3, M3"""
    weights: tuple[Weight, ...]
    certificate: str
    due: date
    owner: str = ""
    traceability: str = ""
    coverage_factor: Decimal = Decimal(2)


class StandardUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A standard as a record names it."""

    id: str
    description: str
    accuracy_class: str
    certificate: str
    due: date
    owner: str = ""
    traceability: str = ""
