"""How vessels grow with temperature.

Temperatures in °C, coefficients γ in 1/°C; arrays broadcast. The materials stand in `materials.toml` with
their source and their doubts; a coefficient from a vessel's certificate goes before them.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from drivers.notation import from_toml
from procedures.errors import ProcedureError
from procedures.physics.computed import Floats
from procedures.regulation import Doubt


class Material(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a vessel is made of."""

    expansion: Decimal
    """cubic, per °C"""
    half_width: Decimal | None = None
    """of the limits within which the coefficient lies; None: the source gives none"""
    note: str = ""


class Materials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of materials."""

    source: str
    verified: bool
    unverified: tuple[Doubt, ...]
    materials: dict[str, Material]


@cache
def materials() -> Materials:
    """The table that comes with the program."""
    text = files("procedures.physics").joinpath("materials.toml").read_text("utf-8")
    return from_toml(text, Materials, source="materials.toml", error=ProcedureError)


def material(name: str) -> Material:
    """A material by its name in the table.

    Raises:
        ProcedureError: the table does not know it.
    """
    try:
        return materials().materials[name]
    except KeyError:
        raise ProcedureError(
            "physics.unknown_material",
            "There is no material {material}.",
            "Known are: {known}. Or give the cubic expansion from the certificate of the vessel.",
            material=name,
            known=", ".join(materials().materials),
        ) from None


@dataclass(frozen=True, kw_only=True)
class Vessel:
    """A vessel, or an array of them, at some temperature."""

    expansion: ArrayLike
    """γ, cubic, 1/°C; 0 leaves a volume as it is"""
    temperature: ArrayLike
    """°C"""
    reference_temperature: ArrayLike
    """°C; a rule or the certificate decides it: 15, 20, 28"""

    @property
    def growth(self) -> Floats:
        """Volume at the temperature over that at the reference temperature: 1 + γ (t − t_ref).

        >>> float(Vessel(expansion=47.7e-6, temperature=31.0, reference_temperature=20.0).growth)
        1.0005247
        """
        return np.asarray(1 + self._change)

    @property
    def shrinkage(self) -> Floats:
        """The inverse of `growth` to first order, as the texts have it: 1 − γ (t − t_ref)."""
        return np.asarray(1 - self._change)

    @property
    def _change(self) -> Floats:
        difference = np.subtract(self.temperature, self.reference_temperature, dtype=np.float64)
        return np.asarray(self.expansion, dtype=np.float64) * difference
