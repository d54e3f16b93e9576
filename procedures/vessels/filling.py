"""What a vessel holds after measures were emptied into it, and some of it was taken out again.

With temperatures of measure and vessel the water keeps its mass; without them the digits are added as they
stand, and the result says so. Source: EURAMET cg-21 (unverified), `procedures.physics.volume`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.physics.computed import Computed
from procedures.physics.expansion import Vessel, material
from procedures.physics.volume import transferred_volume
from procedures.point import Reason
from procedures.vessels.measured import Measured, celsius, held, litres


class Poured(Measured, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A measure emptied into the vessel, or filled from it, so many times."""

    fills: int = 1


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
        coefficient = self.expansion
        if coefficient is None and self.material is not None:
            coefficient = material(self.material).expansion
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
) -> Filled:
    """What stays in the vessel.

    Args:
        poured: measures emptied into it.
        removed: measures filled from it afterwards.
        walls: of the vessel.
        temperature: of the water in it; None: nothing is corrected.
        default: reference temperature of measures and vessels that name none.
        path: of the row, for a message.

    Raises:
        ProcedureError: nothing was poured, or a reading cannot be.
    """
    if not poured or any(one.fills < 1 for one in (*poured, *removed)):
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
    return Filled(total, notices)


def _one(row: Poured, walls: Walls, temperature: Quantity | None, default: Quantity, path: str) -> Filled:
    found = held(row, default, path)
    if found.vessel is None or temperature is None:
        notice = Reason(code="vessel_temperature_missing", facts={"vessel": str(row.nominal)})
        return Filled(found.read * row.fills, (*found.notices, notice))
    vessel, notices = walls.vessel(temperature, default)
    moved: Computed = transferred_volume(float(found.read.value), found.vessel, vessel, fills=row.fills)
    return Filled(litres(moved.number), (*found.notices, *notices, *moved.warnings))
