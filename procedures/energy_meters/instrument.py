"""The energy meters under test: what is marked on them, and the currents that follow from it.

Two ways of marking are in use: Ist, Imin, Itr and Imax (OIML R 46), or the basic current Ib with Imax in
brackets (IEC). Meters that are tested together have the same marks.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

import msgspec

from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.subjects.sheet import Tested, check_dimensions

Marking = Literal["r46", "iec"]
Mark = Literal["ist", "imin", "itr", "ib", "imax"]
Method = Literal["pulses", "comparator", "power_time", "dosage"]

_CURRENTS: Final[tuple[Mark, ...]] = ("ist", "imin", "itr", "ib", "imax")
_FACTOR: Final = re.compile(r"1(?:\.0+)?|(0\.\d+) (ind|cap)", re.ASCII)


class PowerFactor(msgspec.Struct, frozen=True):
    """cos φ of the load."""

    value: Decimal = Decimal(1)
    side: Literal["", "ind", "cap"] = ""

    @classmethod
    def parse(cls, text: str) -> "PowerFactor":
        """Read `1`, `0.5 ind` or `0.8 cap`.

        Raises:
            ProcedureError: it is none of these.
        """
        found = _FACTOR.fullmatch(text.strip())
        if found is None or (found[1] and not Decimal(found[1])):
            raise ProcedureError(
                "energy_meters.power_factor",
                "The power factor {text} cannot be read.",
                'Write "1", "0.5 ind" or "0.8 cap".',
                text=text,
            )
        if not found[1]:
            return cls()
        return cls(Decimal(found[1]), "ind" if found[2] == "ind" else "cap")

    @property
    def unity(self) -> bool:
        """Cos φ = 1."""
        return not self.side

    def __str__(self) -> str:
        """As it is written in files."""
        return "1" if self.unity else f"{self.value} {self.side}"


class EnergyMarks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is marked on all of them."""

    accuracy_class: str = msgspec.field(name="class")
    constant: Decimal
    """pulses, or turns of the disc, per kWh"""
    systems: int = 1
    """measuring systems: 1 of a meter of one phase, 3 of one of three phases with four wires"""
    voltage: Quantity | None = None
    """reference voltage of one measuring system"""
    ist: Quantity | None = None
    """starting current"""
    imin: Quantity | None = None
    itr: Quantity | None = None
    """transitional current"""
    ib: Quantity | None = None
    """basic current of the older marking"""
    imax: Quantity | None = None
    d: Quantity | None = None
    """smallest step of the register"""

    @property
    def marking(self) -> Marking:
        """How the currents are marked."""
        return "iec" if self.ib is not None else "r46"

    def current(self, mark: Mark) -> Fraction | None:
        """A marked current in A."""
        marked: Quantity | None = getattr(self, mark)
        return None if marked is None else Fraction(marked.to("A").value)


class EnergyMeters(EnergyMarks, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry `[uut]` of an assignment: the marks, the meters, and how they are tested."""

    method: Method = "pulses"
    meters: tuple[Tested, ...] = ()
    """empty: one meter, with the identity of the assignment"""
    repeats: int | None = None
    """runs at each point; None: as many as the rules ask for"""
    reference_constant: Decimal | None = None
    """pulses per kWh of the reference standard"""


def check_marks(marks: EnergyMarks) -> None:
    """Refuse marks that describe no meter.

    Raises:
        ProcedureError: names what is wrong.
    """
    check_dimensions(marks, {**dict.fromkeys(_CURRENTS, "current"), "voltage": "voltage", "d": "energy"})
    rising = [value for mark in _CURRENTS if (value := marks.current(mark)) is not None]
    wrong = (
        "constant is not above zero" if marks.constant <= 0
        else "systems is none of 1, 2, 3" if marks.systems not in {1, 2, 3}
        else "ib and itr are both given" if marks.ib is not None and marks.itr is not None
        else "Ist, Imin, Itr or Ib, Imax do not rise" if rising != sorted(rising)
        else ""
    )  # fmt: skip
    if wrong:
        raise ProcedureError(
            "energy_meters.impossible",
            "The data of the meter cannot be right: {why}.",
            "Compare them with the data plate.",
            why=wrong,
        )


def marked(marks: EnergyMarks, mark: Mark) -> Fraction:
    """A marked current in A that a test needs.

    Raises:
        ProcedureError: it is not given.
    """
    value = marks.current(mark)
    if value is None:
        raise ProcedureError(
            "energy_meters.mark_missing",
            "The test needs {mark}, which is not given.",
            'Read it from the data plate: imin, itr and imax, or ib and imax, such as itr = "5 A".',
            mark=mark,
        )
    return value


def voltage_of(marks: EnergyMarks) -> Fraction:
    """The reference voltage in V.

    Raises:
        ProcedureError: it is not given.
    """
    if marks.voltage is None:
        raise ProcedureError(
            "energy_meters.voltage_missing",
            "The test needs the reference voltage, which is not given.",
            'Read it from the data plate: voltage = "230 V", that of one measuring system.',
        )
    return Fraction(marks.voltage.to("V").value)
