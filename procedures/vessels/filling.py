"""What a vessel holds after measures were emptied into it, or a meter let water in, and some was taken out.

With temperatures of both sides the water keeps its mass; without them the digits are added as they stand, and
the result says so. Source: EURAMET cg-21 (unverified), `procedures.physics.volume`; a master meter shows
V (1 + e), OIML R 49-2 (unverified).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.physics.computed import Computed
from procedures.physics.expansion import Vessel
from procedures.physics.volume import transferred_volume
from procedures.point import Reason
from procedures.vessels.measured import Measured, celsius, coefficient_of, held, litres


class Poured(Measured, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A measure emptied into the vessel, or filled from it, so many times."""

    fills: int = 1


class Metered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Water let in through a master meter."""

    volume: Quantity
    """by its register: after less before"""
    error: Quantity = Quantity(0, "%")
    """of its certificate at this flow: what it shows above the true volume"""
    flow: Quantity | None = None
    """mean of the flow, on record"""
    temperature: Quantity | None = None
    """of the water in the meter; None: nothing is corrected"""


class VesselFilling(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A vessel filled once: the part of a row that all vessels share."""

    poured: tuple[Poured, ...] = ()
    """better measures emptied into it"""
    above: Quantity | None = None
    """water above its own line, without sign"""
    below: Quantity | None = None
    """water missing up to its own line, without sign; neither: filled up to the line"""
    temperature: Quantity | None = None
    """of the water in it"""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the volume that was let in"""
    faults: tuple[str, ...] = ()
    """ids of what makes this row decide nothing; a run fills it in"""
    readings: tuple[str, ...] = ()
    """journal paths; a case file has none"""


class Walls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the vessel under test grows, and at which temperature its volume counts."""

    reference_temperature: Quantity | None = None
    """marked on it; None: that of the rules"""
    expansion: Decimal | None = None
    """cubic, 1/°C"""
    material: str | None = None
    """in place of the coefficient: a name of the table of materials"""

    def vessel(self, temperature: Quantity, default: Quantity) -> tuple[Vessel, tuple[Reason, ...]]:
        """The vessel at a temperature.

        Raises:
            ProcedureError: the table does not know the material.
        """
        coefficient = coefficient_of(self.expansion, self.material)
        notices = () if coefficient is not None else (Reason(code="walls_unknown"),)
        found = Vessel(
            expansion=float(coefficient or 0),
            temperature=celsius(temperature),
            reference_temperature=celsius(
                default if self.reference_temperature is None else self.reference_temperature
            ),
        )
        return found, notices


@dataclass(frozen=True)
class Filled:
    """A volume at the reference temperature of the vessel."""

    volume: Quantity
    """L"""
    notices: tuple[Reason, ...] = ()


def filled(
    poured: Sequence[Poured],
    removed: Sequence[Poured],
    walls: Walls,
    temperature: Quantity | None,
    *,
    default: Quantity,
    path: str,
    metered: Sequence[Metered] = (),
) -> Filled:
    """What stays in the vessel.

    Args:
        poured: measures emptied into it.
        removed: measures filled from it afterwards.
        walls: of the vessel.
        temperature: of the water in it; None: nothing is corrected.
        default: reference temperature of measures and vessels that name none.
        path: of the row, for a message.
        metered: let in through a master meter.

    Raises:
        ProcedureError: nothing was let in, or a reading cannot be.
    """
    if not (poured or metered) or any(one.fills < 1 for one in (*poured, *removed)):
        raise ProcedureError(
            "vessel.nothing_poured",
            "The filling at `{path}` does not say which measures were emptied into it, and how often.",
            "Give at least one measure, with fills = 1 or more.",
            path=path,
        )
    total = Quantity(0, "L")
    notices: tuple[Reason, ...] = ()
    for sign, rows in ((1, poured), (-1, removed)):
        for row in rows:
            found = _one(row, walls, temperature, default, path)
            total += found.volume * sign
            notices += tuple(one for one in found.notices if one not in notices)
    for entered in metered:
        found = _metered(entered, walls, temperature, default, path)
        total += found.volume
        notices += tuple(one for one in found.notices if one not in notices)
    return Filled(total, notices)


def _metered(
    row: Metered, walls: Walls, temperature: Quantity | None, default: Quantity, path: str
) -> Filled:
    """V/(1 + e), then with its mass into the vessel."""
    scale = 1 + Fraction(row.error.to("%").value) / 100 if row.error.dimension == "ratio" else Fraction(0)
    if row.volume.dimension != "volume" or row.volume.value <= 0 or scale <= 0:
        raise ProcedureError(
            "vessel.metered",
            "A master meter that shows {volume} with an error of {error} (at `{path}`) cannot be.",
            "Give the volume of its register, above zero, and the error of its certificate in %.",
            volume=str(row.volume),
            error=str(row.error),
            path=path,
        )
    true = litres(float(Fraction(row.volume.to("L").value) / scale))
    if row.temperature is None or temperature is None:
        return Filled(true, (Reason(code="master_temperature_missing"),))
    warmth = celsius(row.temperature)
    meter = Vessel(expansion=0.0, temperature=warmth, reference_temperature=warmth)
    vessel, notices = walls.vessel(temperature, default)
    moved = transferred_volume(float(true.value), meter, vessel)
    return Filled(litres(moved.number), (*notices, *moved.warnings))


def _one(row: Poured, walls: Walls, temperature: Quantity | None, default: Quantity, path: str) -> Filled:
    found = held(row, default, path)
    if found.vessel is None or temperature is None:
        notice = Reason(code="vessel_temperature_missing", facts={"vessel": str(row.nominal)})
        return Filled(found.read * row.fills, (*found.notices, notice))
    vessel, notices = walls.vessel(temperature, default)
    moved: Computed = transferred_volume(float(found.read.value), found.vessel, vessel, fills=row.fills)
    return Filled(litres(moved.number), (*found.notices, *notices, *moved.warnings))
