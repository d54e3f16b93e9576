"""The energy that a meter registered and the energy that went through it, as a ratio without rounding.

Pulses: E = N/K against Nr/Kr; power and time: against P t; register: against the energy of the reference.
The reference is divided by 1 + its error. A comparator shows the error itself. Source of the methods: OIML R
46-3:2013 and IEC 62058 (from memory, unverified).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.energy_meters.instrument import EnergyMarks
from procedures.energy_meters.observation import Comparison
from procedures.errors import ProcedureError
from procedures.meters.relative_error import relative_error

_PER_KWH: Final = 1000
_SECONDS: Final = 3600


@dataclass(frozen=True)
class Energies:
    """Both, in Wh, exactly."""

    indicated: Fraction | None
    """None: a comparator shows only the error"""
    reference: Fraction | None
    ratio: Fraction

    def error(self) -> Quantity:
        """(E − Es)/Es in percent, for comparing exactly."""
        return relative_error(Quantity(self.ratio.numerator, "Wh"), Quantity(self.ratio.denominator, "Wh"))


def energies_of(row: Comparison, marks: EnergyMarks, path: str) -> Energies:
    """Both energies of a row.

    Raises:
        ProcedureError: the row says too little, or something impossible; names the row.
    """
    try:
        methods = list(_methods(row))
        if len(methods) != 1:
            raise _unclear(path)
        correction = 1 + Fraction(row.reference_error.to("%").value) / 100
        if correction <= 0:
            raise impossible(path, f"reference_error = {row.reference_error}")
        if row.shown is not None:
            return Energies(None, None, (1 + Fraction(row.shown.to("%").value) / 100) * correction)
        indicated, shown = _indicated(row, marks, path), _reference(row, path)
    except UnitError as mistake:
        raise impossible(path, str(mistake)) from None
    if indicated < 0 or shown <= 0:
        raise impossible(path, "an energy is not above zero")
    return Energies(indicated, shown / correction, indicated * correction / shown)


def _methods(row: Comparison) -> Iterator[str]:
    if row.shown is not None:
        yield "comparator"
    if row.reference_pulses is not None:
        yield "pulses"
    if row.power is not None or row.phase_power:
        yield "power_time"
    if row.reference_energy is not None:
        yield "dosage"


def _indicated(row: Comparison, marks: EnergyMarks, path: str) -> Fraction:
    found = []
    if row.pulses is not None:
        found.append(Fraction(row.pulses) * _PER_KWH / Fraction(marks.constant))
    if row.energy is not None:
        found.append(_wh(row.energy))
    if row.start is not None and row.end is not None:
        found.append(_wh(row.end) - _wh(row.start))
    if len(found) != 1:
        raise _unclear(path)
    return found[0]


def _reference(row: Comparison, path: str) -> Fraction:
    if row.reference_energy is not None:
        return _wh(row.reference_energy)
    if row.reference_pulses is not None:
        if row.reference_constant is None or row.reference_constant <= 0:
            raise _unclear(path)
        return Fraction(row.reference_pulses) * _PER_KWH / Fraction(row.reference_constant)
    if row.time is None or (row.power is not None and row.phase_power):
        raise _unclear(path)
    powers = row.phase_power or ((row.power,) if row.power is not None else ())
    watts = sum((Fraction(power.to("W").value) for power in powers), Fraction(0))
    return watts * Fraction(row.time.to("s").value) / _SECONDS


def _wh(energy: Quantity) -> Fraction:
    return Fraction(energy.to("Wh").value)


def _unclear(path: str) -> ProcedureError:
    return ProcedureError(
        "energy_meters.row_unclear",
        "The row `{path}` does not say how the energies were compared.",
        "Give pulses with reference_pulses and reference_constant; pulses with power and time; "
        "start and end with reference_energy; or shown: one of them.",
        path=path,
    )


@contextmanager
def at_row(path: str) -> Iterator[None]:
    """Name the row in which a quantity is of another dimension.

    Raises:
        ProcedureError: in place of the UnitError.
    """
    try:
        yield
    except UnitError as mistake:
        raise impossible(path, str(mistake)) from None


def impossible(path: str, why: str) -> ProcedureError:
    """The error for a row that cannot have been seen."""
    return ProcedureError(
        "energy_meters.row_impossible",
        "The row `{path}` cannot be right: {why}.",
        "Compare it with the observation sheet.",
        path=path,
        why=why,
    )
