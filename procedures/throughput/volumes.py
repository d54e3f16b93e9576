"""The volume that a meter indicated and the volume that went through it, as a ratio without rounding.

A master meter is divided by 1 + its error; a vessel is taken from its reference temperature to that of
what is in it. What the state of liquid or gas changes on the way is a factor of the kind of meter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.physics.expansion import material
from procedures.point import Reason
from procedures.surroundings import FLUID, ROOM, refuse_impossible
from procedures.throughput.observation import Throughput
from procedures.water_meters.observation import Measured

State = tuple[Quantity | None, Quantity | None]
"""temperature and absolute pressure; None: not taken"""
Carry = Callable[[State, State], tuple[Fraction, tuple[Reason, ...]]]
"""from the state at the reference and at the meter to the factor on the volume, and notices"""


@dataclass(frozen=True)
class Volumes:
    """Both, in L, exactly."""

    indicated: Fraction
    reference: Fraction
    """at the meter"""
    notices: tuple[Reason, ...] = ()

    @property
    def ratio(self) -> Fraction:
        """Indicated over reference."""
        return self.indicated / self.reference


def volumes_of(
    row: Throughput, pulse: Quantity | None, default: Quantity, carry: Carry, path: str
) -> Volumes:
    """Both volumes of a row.

    Args:
        row: of the sheet.
        pulse: volume of one pulse of the meter.
        default: reference temperature of a vessel that states none.
        carry: how the volume changes from reference to meter.
        path: of the row, for the message.

    Raises:
        ProcedureError: the row says too little, something twice, or something impossible.
    """
    inside = (row.master or row.vessel or row).temperature
    for temperature in (row.temperature, inside):
        refuse_impossible(temperature, FLUID, path)
    refuse_impossible(row.vessel.reference_temperature if row.vessel is not None else None, ROOM, path)
    try:
        more: tuple[Reason, ...]
        indicated = _indicated(row, pulse, path)
        shown, state, notices = _reference(row, default, path)
        factor, more = Fraction(1), ()
        if row.reference is None:
            factor, more = carry(state, (row.temperature, row.pressure))
    except UnitError as mistake:
        raise impossible(path, str(mistake)) from None
    reference = shown * factor
    if indicated < 0 or reference <= 0:
        raise impossible(path, "a volume is not above zero")
    return Volumes(indicated, reference, (*notices, *more))


def _indicated(row: Throughput, pulse: Quantity | None, path: str) -> Fraction:
    found = []
    if row.volume is not None:
        found.append(_litres(row.volume))
    if row.pulses is not None and pulse is not None:
        found.append(_litres(pulse) * row.pulses)
    if row.start is not None and row.end is not None:
        found.append(_litres(row.end) - _litres(row.start))
    if len(found) != 1:
        raise ProcedureError(
            "throughput.indication_missing",
            "The run at `{path}` does not say what the meter indicated.",
            "Give start and end of the register, or volume, or pulses with the volume of one pulse in [uut].",
            path=path,
        )
    return found[0]


def _reference(row: Throughput, default: Quantity, path: str) -> tuple[Fraction, State, tuple[Reason, ...]]:
    if sum(one is not None for one in (row.master, row.vessel, row.reference)) != 1:
        raise ProcedureError(
            "throughput.reference_missing",
            "The run at `{path}` does not say what went through the meter.",
            "Give one of master, vessel or reference.",
            path=path,
        )
    if row.master is not None:
        correction = 1 + Fraction(row.master.error.to("%").value) / 100
        if correction <= 0:
            raise impossible(path, f"error = {row.master.error}")
        state = (_told(row.master.temperature, row.temperature), _told(row.master.pressure, row.pressure))
        return _litres(row.master.volume) / correction, state, ()
    if row.vessel is not None:
        volume, notices = _in_vessel(row.vessel, default)
        return volume, (_told(row.vessel.temperature, row.temperature), row.pressure), notices
    return _litres(row.reference or Quantity(0, "L")), (row.temperature, row.pressure), ()


def _in_vessel(row: Measured, default: Quantity) -> tuple[Fraction, tuple[Reason, ...]]:
    read = row.volume if row.deviation is None else row.volume + row.deviation.to(row.volume.unit)
    litres = _litres(read) * row.fills
    if row.temperature is None:
        return litres, ()
    expansion = row.expansion
    if expansion is None and row.material is not None:
        expansion = material(row.material).expansion
    if expansion is None:
        return litres, (Reason(code="expansion_unknown", facts={"vessel": str(row.volume)}),)
    reference = (default if row.reference_temperature is None else row.reference_temperature).to("°C").value
    warmer = Fraction(row.temperature.to("°C").value) - Fraction(reference)
    return litres * (1 + Fraction(str(expansion)) * warmer), ()


def _told(value: Quantity | None, otherwise: Quantity | None) -> Quantity | None:
    """The first that was taken: 0 °C is a temperature."""
    return otherwise if value is None else value


def _litres(volume: Quantity) -> Fraction:
    return Fraction(volume.to("L").value)


def impossible(path: str, why: str) -> ProcedureError:
    """The error for a row that cannot have been seen."""
    return ProcedureError(
        "throughput.row_impossible",
        "The run at `{path}` cannot be right: {why}.",
        "Compare it with the observation sheet.",
        path=path,
        why=why,
    )
