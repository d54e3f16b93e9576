"""What a rule table for energy meters holds: limits by class and current, loads, further tests."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

import msgspec

from drivers.quantity import Quantity
from procedures.energy_meters.instrument import EnergyMarks, Mark, Marking, PowerFactor, marked
from procedures.errors import ProcedureError
from procedures.point import Activity
from procedures.regulation import by_id, in_force
from procedures.subjects.rules import Cited, SubjectRules


class Zone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit that holds from a current on, up to the zone before it; the first goes up to Imax."""

    start: Mark
    share: Decimal = Decimal(1)
    """of the mark; the zone begins there, inclusive"""
    limit: Decimal
    """±, in % of the energy"""
    rising_from: Mark | None = None
    """below this mark the limit grows: limit × mark / I"""


class ClassLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits of one class, zones from the highest current down."""

    unity: tuple[Zone, ...]
    """cos φ = 1"""
    other: tuple[Zone, ...]
    """cos φ from 0.5 inductive to 0.8 capacitive"""
    single_unity: tuple[Zone, ...] = ()
    """one phase of several loaded; none: as with all loaded"""
    single_other: tuple[Zone, ...] = ()


class TestPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One load of the accuracy test."""

    name: str
    mark: Mark
    share: Decimal = Decimal(1)
    power_factor: str = "1"
    phases: Literal["all", "each"] = "all"
    """`each`: one phase alone after another, on a meter of several phases"""


class LoadRules(Cited, frozen=True, kw_only=True):
    """For what loads the limits hold."""

    least_inductive: Decimal
    least_capacitive: Decimal


class StartingRules(Cited, frozen=True, kw_only=True):
    """The meter registers at the starting current."""

    spacing_factor: Decimal
    """a pulse comes within so many times the expected time between pulses"""
    pulses: int
    """so many, one after another"""
    share_of_ib: dict[str, Decimal] = msgspec.field(default_factory=dict)
    """starting current by class as a part of Ib, where none is marked"""


class NoLoadRules(Cited, frozen=True, kw_only=True):
    """Voltage and no current: no more than so many pulses."""

    pulses: int
    hours: Decimal
    """R 46 marking: least duration in h = hours / (b k m U Imin), b the limit at Imin in %"""
    minutes: dict[str, Decimal]
    """Ib marking: least duration in min = minutes / (k m U Imax), by class"""


class RegisterRules(Cited, frozen=True, kw_only=True):
    """What the register counted agrees with the pulses or turns.

    A register read twice leaves less than one step open, and pulses counted from any moment to any other less
    than one pulse: a meter without any error differs by up to one of each, and by a pulse however fine its
    register is. Steps alone would reject it.
    """

    steps: Decimal
    """they may differ by so many smallest steps"""
    pulses: Decimal = Decimal(0)
    """and by so many pulses besides; a table of the first days has none"""

    def limit(self, step: Quantity, constant: Decimal) -> Fraction:
        """The permitted difference in Wh; `constant` in pulses per kWh."""
        pulse = 1000 / Fraction(constant)
        return Fraction(step.to("Wh").value) * Fraction(self.steps) + pulse * Fraction(self.pulses)


class MethodRules(Cited, frozen=True, kw_only=True):
    """How energies are compared."""

    least_pulses: int
    least_time: Quantity
    """of one run"""
    stopwatch: Quantity
    """half the width within which a time by hand is known"""
    steady_share: Decimal
    """power may change by this part while turns are timed"""
    load_share: Decimal
    """the power that a bench measures may differ by this part from what was to be set"""
    implausible: Decimal
    """%: an error beyond is asked about, because it rather is a slip of the test"""


class EnergyMeterRules(SubjectRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule table for energy meters."""

    classes: dict[str, ClassLimits]
    loads: LoadRules
    points: dict[Marking, tuple[TestPoint, ...]]
    starting: StartingRules
    no_load: NoLoadRules
    register: RegisterRules
    methods: MethodRules

    def limits(self, marks: EnergyMarks) -> ClassLimits:
        """The limits of a meter's class.

        Raises:
            ProcedureError: the table does not have it.
        """
        found = self.classes.get(marks.accuracy_class)
        if found is None:
            raise ProcedureError(
                "energy_meters.class_unknown",
                "The rule table has no class {class_}.",
                "Compare it with the data plate; known are: {known}.",
                class_=marks.accuracy_class,
                known=", ".join(self.classes),
            )
        return found


def permitted_error(
    rules: EnergyMeterRules,
    marks: EnergyMarks,
    current: Quantity,
    power_factor: PowerFactor,
    activity: Activity,
    *,
    single: bool = False,
) -> Fraction:
    """The permitted error at a load, without sign, in percent, exactly.

    Args:
        rules: the table.
        marks: of the meter.
        current: in the loaded phases.
        power_factor: of the load.
        activity: limits may depend on it.
        single: one phase of several is loaded.

    Raises:
        ProcedureError: the table has no limit for this load.
    """
    of_class = rules.limits(marks)
    amperes = Fraction(current.to("A").value)
    least = rules.loads.least_inductive if power_factor.side == "ind" else rules.loads.least_capacitive
    zones: Sequence[Zone] = ()
    if power_factor.unity:
        zones = (of_class.single_unity if single else ()) or of_class.unity
    elif power_factor.value >= least:
        zones = (of_class.single_other if single else ()) or of_class.other
    if amperes <= marked(marks, "imax"):
        for zone in zones:
            if amperes >= marked(marks, zone.start) * Fraction(zone.share):
                limit = Fraction(zone.limit) * Fraction(rules.factor[activity])
                return (
                    limit if zone.rising_from is None else limit * marked(marks, zone.rising_from) / amperes
                )
    raise ProcedureError(
        "energy_meters.no_limit",
        "There is no limit for class {class_} at {current}, cos φ {power_factor}.",
        "Check the load and the marks of the meter.",
        class_=marks.accuracy_class,
        current=str(current),
        power_factor=str(power_factor),
    )


def choose_rules(named: str | None, on: date) -> tuple[EnergyMeterRules, str]:
    """The rule table named, or the one in force on that date, and the SHA-256 of its file.

    Raises:
        ProcedureError: no such table, or none is known to be in force.
    """
    return _table(named or in_force("energy_meters", on))


@cache
def _table(name: str) -> tuple[EnergyMeterRules, str]:
    return by_id(name, EnergyMeterRules)
