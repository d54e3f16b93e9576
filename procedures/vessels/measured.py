"""The volume in a measure: its own volume at the line, the reading of its neck, and how it grew with warmth.

Without a temperature the digits stay exact. Source: EURAMET cg-21 and OIML R 117, practice (unverified).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.physics.computed import possible
from procedures.physics.expansion import Vessel, material
from procedures.point import Reason
from procedures.rounding import settled
from procedures.vessels.neck import MOST, Neck, deviation

COLDEST, WARMEST = -40, 100
"""°C; a liquid in a measure lies between them (a choice of this program)"""
_MOST_EXPANSION: Final = 1e-3
"""1/°C; twice that of the plastics that measures are made of (a choice of this program)"""
PLACE: Final = Decimal("1e-9")
"""L; a corrected volume ends here, a millionth of what any measure can tell"""


class Measured(Neck, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A measure with liquid in it."""

    volume: Quantity | None = None
    """at the line and the reference temperature, from the certificate; None: the nominal"""
    temperature: Quantity | None = None
    """of the liquid in it; None: nothing is corrected"""
    reference_temperature: Quantity | None = None
    """None: that of the rules"""
    expansion: Decimal | None = None
    """cubic, 1/°C"""
    material: str | None = None
    """in place of the coefficient: a name of the table of materials"""


@dataclass(frozen=True)
class Held:
    """What a measure held."""

    read: Quantity
    """at the reference temperature, L"""
    vessel: Vessel | None
    """for the correction; None: no temperature was taken"""
    notices: tuple[Reason, ...] = ()

    @property
    def volume(self) -> Quantity:
        """At the temperature of the measure, L."""
        if self.vessel is None:
            return self.read
        return litres(float(self.read.value) * float(self.vessel.growth))


def held(row: Measured, reference_temperature: Quantity, path: str) -> Held:
    """The volume in a measure.

    Args:
        row: its reading.
        reference_temperature: where its certificate names none.
        path: of the row, for a message.

    Raises:
        ProcedureError: the reading does not say it, or the material is not known.
    """
    at_line = row.nominal if row.volume is None else row.volume
    if row.nominal.dimension == at_line.dimension and abs(at_line - row.nominal) > row.nominal * MOST:
        raise ProcedureError(
            "vessel.volume_impossible",
            "The filling at `{path}` makes a volume of {volume}, which a vessel of {nominal} cannot have.",
            "Check its figures: what went in, how often, and the units.",
            path=path,
            volume=str(at_line),
            nominal=str(row.nominal),
        )
    read = (at_line + deviation(row, path)).to("L")
    notices = [] if row.volume is not None else [_named("vessel_nominal_taken", row)]
    if row.temperature is None:
        return Held(read, None, tuple(notices))
    coefficient = coefficient_of(row.expansion, row.material)
    if coefficient is None:
        notices.append(_named("expansion_unknown", row))
    vessel = Vessel(
        expansion=float(coefficient or 0),
        temperature=celsius(row.temperature),
        reference_temperature=celsius(
            reference_temperature if row.reference_temperature is None else row.reference_temperature
        ),
    )
    return Held(read, vessel, tuple(notices))


def coefficient_of(expansion: Decimal | None, name: str | None) -> Decimal | None:
    """Cubic, 1/°C: as it is given, else that of the material; None: nothing says it.

    Raises:
        ProcedureError: no vessel can grow so, or the table does not know the material.
    """
    if expansion is not None:
        possible(float(expansion), "expansion", 0, _MOST_EXPANSION, "1/°C")
        return expansion
    return None if name is None else material(name).expansion


def celsius(temperature: Quantity) -> float:
    """A temperature of a liquid, for physics.

    Raises:
        ProcedureError: no liquid in a measure can have it.
    """
    found = float(temperature.to("°C").value)
    possible(found, "temperature", COLDEST, WARMEST, "°C")
    return found


def litres(volume: float) -> Quantity:
    """A computed volume, ending at a stated place."""
    return Quantity(settled(volume, PLACE).normalize() + 0, "L")


def _named(code: str, row: Measured) -> Reason:
    return Reason(code=code, facts={"vessel": str(row.nominal)})
