"""A vessel under test: how it grows with warmth, and a limit that its officer brings."""

from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.vessels.filling import Walls
from procedures.vessels.limits import OwnLimit
from procedures.vessels.measured import celsius, coefficient_of


class UnderTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The entries of `[uut]` that all vessels share."""

    reference_temperature: Quantity | None = None
    """marked on it; None: that of the rules"""
    expansion: Decimal | None = None
    """cubic, 1/°C"""
    material: str | None = None
    """in place of the coefficient: a name of the table of materials"""
    permitted: Quantity | None = None
    """limit that an officer read in the decree, without sign; goes before the table"""
    permitted_source: str = ""
    """decree, clause or table in which it stands"""

    @property
    def walls(self) -> Walls:
        """How it grows with warmth."""
        return Walls(
            reference_temperature=self.reference_temperature, expansion=self.expansion, material=self.material
        )

    def check(self) -> None:
        """Refuse walls that cannot be, before anything is filled.

        Raises:
            ProcedureError: names them.
        """
        coefficient_of(self.expansion, self.material)
        if self.reference_temperature is not None:
            celsius(self.reference_temperature)

    @property
    def own_limit(self) -> OwnLimit:
        """The limit that the order brings, if it does."""
        return OwnLimit(permitted=self.permitted, permitted_source=self.permitted_source)
