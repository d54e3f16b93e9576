"""Preparing a test of energy meters: marks, rules, loads, counts and doses, standard."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from typing import Final

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.energy_meters.assessment import Judging
from procedures.energy_meters.instrument import (
    EnergyMeters,
    PowerFactor,
    check_marks,
    marked,
    voltage_of,
)
from procedures.energy_meters.rules import EnergyMeterRules, TestPoint, choose_rules
from procedures.errors import ProcedureError
from procedures.reference_standard import Use
from procedures.standard import WorkingStandard
from procedures.subjects.judging import cut, stated
from procedures.subjects.sheet import Tested, read_plate
from procedures.subjects.task import SubjectTask, measures, planned_standard, supplied, tested_of

_PHASES = ("L1", "L2", "L3")


_LONGEST_RUN: Final = Quantity(24, "h")
"""of one run at one load; no bench stands still longer, and nobody waits"""


class PlannedLoad(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One load of the accuracy test."""

    name: str
    current: Quantity
    power_factor: str
    phases: str
    power: Quantity
    """of all loaded phases"""
    permitted: Quantity
    """%, cut off"""
    pulses: int = 0
    """of the meter, or turns, in one run"""
    energy: Quantity
    """of one run"""
    standard: str = ""
    uncertainty: Quantity | None = None
    """expanded (k = 2), of the standard at this load, %"""

    @property
    def duration(self) -> Quantity:
        """About how long one run takes, s."""
        seconds = Fraction(self.energy.to("Wh").value) * 3600 / Fraction(self.power.to("W").value)
        return Quantity(ceil(seconds), "s")


class EnergyMeterTask(SubjectTask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    uut: EnergyMeters
    rules: EnergyMeterRules
    loads: tuple[PlannedLoad, ...]
    runs: int

    @property
    def judging(self) -> Judging:
        """What judges its rows."""
        return Judging(self.uut, self.rules, self.activity)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> EnergyMeterTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    bare = ruled_task(assignment, on)
    used = []
    loads = []
    for load in bare.loads:
        _check_duration(load, bare.uut)
        limit = bare.rules.doubt_limit(load.permitted)
        chosen, doubt = planned_standard(
            standards,
            assignment,
            Use(kind="meter", at=load.current, limit=limit),
            on,
            measures("current", "energy"),
        )
        used.append(chosen)
        loads.append(msgspec.structs.replace(load, standard=chosen.id, uncertainty=doubt))
    return supplied(bare, used, assignment, loads=tuple(loads))


def _check_duration(load: PlannedLoad, uut: EnergyMeters) -> None:
    if load.duration > _LONGEST_RUN:
        raise ProcedureError(
            "energy_meters.too_long",
            "One run at {load} would take {hours} h by the method {method}: its steps are too coarse for so "
            "small a power.",
            "Choose the method pulses or comparator, or give the finer step that the register has.",
            load=load.name,
            hours=str(ceil(load.duration.value / 3600)),
            method=uut.method,
        )


def ruled_task(assignment: Assignment, on: dt.date) -> EnergyMeterTask:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_plate(assignment.uut, EnergyMeters)
    check_marks(uut)
    rules, digest = choose_rules(assignment.rules, on)
    tested = tested_of(uut.meters, assignment)
    judging = Judging(uut, rules, assignment.activity)
    loads = tuple(planned_loads(judging, uut))
    runs = max(uut.repeats or 0, rules.runs)
    wanted = sections(judging)
    visual = rules.visual.at(assignment.activity)
    steps = tuple(step for section in wanted for step in _steps(section, visual, loads, runs, tested))
    return EnergyMeterTask(
        activity=assignment.activity,
        date=on,
        tested=tested,
        rules_digest=digest,
        steps=steps,
        cupboard=(),
        standards=(),
        notices=rules.notices(),
        uut=uut,
        rules=rules,
        loads=loads,
        runs=runs,
    )


def sections(judging: Judging) -> tuple[str, ...]:
    """The sections of a complete test: without a known starting current or register step two are left out."""
    marks = judging.marks
    skipped = set()
    if judging.starting_current() is None:
        skipped.add("starting")
    if marks.d is None:
        skipped.add("register")
    return tuple(name for name in judging.rules.order if name not in skipped)


def planned_loads(judging: Judging, uut: EnergyMeters) -> Iterator[PlannedLoad]:
    """The loads of the rules for this meter; none beyond Imax, none twice.

    Raises:
        ProcedureError: a mark is missing.
    """
    known: set[tuple[Fraction, str, str]] = set()
    for point in judging.rules.points[uut.marking]:
        amperes = marked(uut, point.mark) * Fraction(point.share)
        if point.phases == "each" and uut.systems == 1:
            continue
        for phases in _PHASES[: uut.systems] if point.phases == "each" else ("all",):
            key = (amperes, point.power_factor, phases)
            if amperes <= marked(uut, "imax") and key not in known:
                known.add(key)
                yield _load(judging, uut, point, phases)


def _load(judging: Judging, uut: EnergyMeters, point: TestPoint, phases: str) -> PlannedLoad:
    amperes = marked(uut, point.mark) * Fraction(point.share)
    factor = PowerFactor.parse(point.power_factor)
    current = stated(amperes, "A")
    limit = judging.permitted(current, factor, phases)
    loaded = uut.systems if phases == "all" else 1
    watts = loaded * voltage_of(uut) * amperes * Fraction(factor.value)
    share = limit * Fraction(judging.rules.standards.resolution_share)
    pulses, wh = _dose(judging.rules, uut, share, watts)
    return PlannedLoad(
        name=point.name if phases == "all" else f"{point.name} {phases}",
        current=current,
        power_factor=point.power_factor,
        phases=phases,
        power=stated(watts, "W", 3),
        permitted=cut(limit, "%"),
        pulses=pulses,
        energy=stated(wh, "Wh", 3),
    )


def _dose(
    rules: EnergyMeterRules, uut: EnergyMeters, share: Fraction, watts: Fraction
) -> tuple[int, Fraction]:
    """Pulses of the meter and energy in Wh of a run, so that one step is at most `share` percent of it.

    The step is a pulse of the reference, the doubt of a time by hand, or a step of the register.

    Raises:
        ProcedureError: what the method needs is not given.
    """
    constant = Fraction(uut.constant)
    shortest = watts * Fraction(rules.methods.least_time.to("s").value) / 3600
    match uut.method:
        case "dosage":
            if uut.d is None:
                raise _lacking("d", '"0.01 kWh", the smallest step of the register')
            return 0, max(Fraction(uut.d.to("Wh").value) * 100 / share, shortest)
        case "power_time":
            seconds = Fraction(rules.methods.stopwatch.to("s").value) * 100 / share
            least = watts * seconds / 3600
        case "comparator" if uut.reference_constant is None:  # its pulses are its own affair
            least = Fraction(0)
        case _:
            if uut.reference_constant is None or uut.reference_constant <= 0:
                raise _lacking("reference_constant", "100000, the pulses of the reference per kWh")
            least = 100 / share / Fraction(uut.reference_constant) * 1000
    pulses = max(rules.methods.least_pulses, ceil(max(least, shortest) * constant / 1000))
    return pulses, pulses * 1000 / constant


def _lacking(entry: str, example: str) -> ProcedureError:
    return ProcedureError(
        "energy_meters.method_entry",
        "The method of the test needs {entry}, which is not given.",
        "Write under [uut]: {entry} = {example}.",
        entry=entry,
        example=example,
    )


def _steps(
    section: str,
    visual: tuple[str, ...],
    loads: tuple[PlannedLoad, ...],
    runs: int,
    tested: tuple[Tested, ...],
) -> Iterator[PlannedStep]:
    if section == "visual":
        for one in tested:
            for item in visual:
                yield PlannedStep(section=section, label=f"visual/{one.id}/{item}")
    elif section == "accuracy":
        for load in loads:
            for number in range(1, runs + 1):
                for one in tested:
                    label = f"accuracy/{one.id}/{load.name}/{number}"
                    yield PlannedStep(section=section, label=label, load=load.current)
    else:
        for one in tested:
            yield PlannedStep(section=section, label=f"{section}/{one.id}")


def register_pulses(task: EnergyMeterTask) -> int:
    """So many pulses that ten times the permitted difference of the register goes through."""
    step = task.uut.d or Quantity("10", "Wh")
    wh = task.rules.register.limit(step, task.uut.constant) * 10
    return max(1, ceil(wh * Fraction(task.uut.constant) / 1000))
