"""Preparing a test of water meters: marks read, rules chosen, flows and volumes planned, standards found."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import sqrt
from typing import Final

import msgspec

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.meters.flow_rate import FlowBand
from procedures.meters.relative_error import percent_of
from procedures.point import Activity, Reason
from procedures.reference_standard import Use, choose_standard, relative_uncertainty
from procedures.rounding import expanded_quantity
from procedures.standard import Kind, StandardUse, WorkingStandard
from procedures.standards_gate import standard_use
from procedures.water_meters.instrument import Meter, WaterMeters, read_meters
from procedures.water_meters.rules import WaterMeterRules, choose_rules

_KINDS: Final[dict[str, Kind]] = {"volumetric": "vessel", "gravimetric": "scale", "master": "master_meter"}
_MINUTES: Final = 60
_HUNDRED: Final = 100
_FIGURES: Final = 3
_LITRE_PER_KG: Final = Decimal("1.01")
"""a little more than any water takes: whether a scale can hold a volume"""


class PlannedFlow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One flow of the test."""

    name: str
    aim: Quantity
    """the middle of the band"""
    lower: Quantity
    upper: Quantity
    volume: Quantity
    """to be let through in one run"""
    standard: str
    """id of the standard that tells the reference volume"""
    uncertainty: Quantity
    """expanded (k = 2), of the reference volume, %"""


class WaterMeterTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    activity: Activity
    date: dt.date
    uut: WaterMeters
    meters: tuple[Meter, ...]
    rules: WaterMeterRules
    rules_digest: str
    visual: tuple[str, ...]
    flows: tuple[PlannedFlow, ...]
    runs: int
    """at each flow"""
    cupboard: tuple[WorkingStandard, ...]
    """those of the plan, with their corrections"""
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]

    def standard(self, name: str) -> WorkingStandard:
        """A standard of the plan."""
        return next(one for one in self.cupboard if one.id == name)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> WaterMeterTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    uut = read_meters(assignment.uut)
    rules, digest = choose_rules(assignment.rules, on)
    flows, used, notices = _planned(uut, rules, assignment, on, standards)
    return WaterMeterTask(
        activity=assignment.activity,
        date=on,
        uut=uut,
        meters=uut.meters or (Meter(id="1", serial=assignment.identity.serial),),
        rules=rules,
        rules_digest=digest,
        visual=rules.visual.at(assignment.activity),
        flows=flows,
        runs=max(uut.repeats or 0, rules.repeats.runs),
        cupboard=used,
        standards=tuple(standard_use(one) for one in used),
        notices=(*rules.notices(), *notices),
    )


def standards_used(task: WaterMeterTask) -> tuple[StandardUse, ...]:
    """The measures, scales or master meters of the plan."""
    return task.standards


def plan(task: WaterMeterTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order; the labels are those of the points."""
    wanted = task.rules.sections(task.uut, task.activity)
    steps: dict[str, list[PlannedStep]] = {
        "visual": [
            PlannedStep(section="visual", label=f"visual/{meter.id}/{item}")
            for meter in task.meters
            for item in task.visual
        ],
        "start_flow": [
            PlannedStep(section="start_flow", label=f"start_flow/{meter.id}") for meter in task.meters
        ],
        "accuracy": [
            PlannedStep(section="accuracy", label=f"accuracy/{meter.id}/{flow.name}/{number}", load=flow.aim)
            for flow in task.flows
            for number in range(1, task.runs + 1)
            for meter in task.meters
        ],
        "same_sign": [
            PlannedStep(section="same_sign", label=f"same_sign/{meter.id}") for meter in task.meters
        ],
    }
    return tuple(step for section in wanted for step in steps[section])


def _planned(
    uut: WaterMeters,
    rules: WaterMeterRules,
    assignment: Assignment,
    on: dt.date,
    standards: Sequence[WorkingStandard],
) -> tuple[tuple[PlannedFlow, ...], tuple[WorkingStandard, ...], list[Reason]]:
    rates = rules.rates(uut)
    planned: list[PlannedFlow] = []
    used: dict[str, WorkingStandard] = {}
    notices: list[Reason] = []
    for flow in rules.flows[uut.marking]:
        band = flow.band(rates)
        wanted = volume_of(uut, rules, band)
        aim = aim_of(band)
        tolerance = rules.tolerance(uut, flow.zone, rules.warm_above, assignment.activity)
        least_ratio = rules.standards.least_ratio
        limit = _percent(Fraction(tolerance.upper.value) / Fraction(least_ratio))
        if uut.method == "gravimetric":
            wanted = _weighable(standards, assignment.standards, wanted, limit)
        use = _use(uut.method, wanted, aim, limit)
        standard = _standard(standards, assignment.standards, use, wanted, on)
        used[standard.id] = standard
        volume = standard.nominal if use.kind == "vessel" and standard.nominal is not None else wanted
        if volume < wanted:
            facts = {"flow": flow.name, "volume": str(volume), "wanted": str(wanted)}
            notices.append(Reason(code="volume_below_wanted", facts=facts))
        planned.append(
            PlannedFlow(
                name=flow.name,
                aim=aim,
                lower=_limit(band, band.lower),
                upper=_limit(band, band.upper),
                volume=volume,
                standard=standard.id,
                uncertainty=_uncertainty(standard, use.at, volume),
            )
        )
    return tuple(planned), tuple(used.values()), notices


def volume_of(uut: WaterMeters, rules: WaterMeterRules, band: FlowBand) -> Quantity:
    """So much that the reading leaves no more open than the rules permit, at least a minute of flow; L."""
    minute = Fraction(Quantity(1, band.unit).to("L/h").value) * band.upper / _MINUTES
    step = uut.pulse or uut.d
    least = Fraction(0)
    if step is not None:
        ambiguity = Fraction(rules.ambiguity.get(uut.accuracy_class, Decimal(1)))
        least = Fraction(step.to("L").value) * _HUNDRED / ambiguity
    litres = max(minute, least, Fraction(1))
    return Quantity(-(-litres.numerator // litres.denominator), "L")


def _percent(share: Fraction) -> Quantity:
    """A limit, rounded down."""
    return Quantity(Decimal(share.numerator * 10**6 // share.denominator).scaleb(-6), "%")


def _use(method: str, volume: Quantity, aim: Quantity, limit: Quantity) -> Use:
    """What the standard of a method is used for, and how well it must be known there, in percent."""
    litres = volume.to("L").value
    at = {"volumetric": volume, "gravimetric": Quantity(litres, "kg"), "master": aim}[method]
    return Use(kind=_KINDS[method], at=at, limit=limit)


def _weighable(
    standards: Sequence[WorkingStandard], named: Sequence[str], volume: Quantity, limit: Quantity
) -> Quantity:
    """So much water that the uncertainty of a scale is a small enough part of it, at least `volume`; L."""
    enough = []
    for scale in standards:
        if scale.kind == "scale" and (not named or scale.id in named):
            share = None
            with suppress(UnitError):  # its figures are of another kind: the gate says so
                share = relative_uncertainty(scale, Quantity(volume.to("L").value, "kg"))
            if share is not None:
                times = max(Fraction(share.value) / Fraction(limit.value), Fraction(1))
                litres = Fraction(volume.to("L").value) * times
                more = Quantity(-(-litres.numerator // litres.denominator), "L")
                if scale.nominal is None or scale.nominal >= _weight_of(more):
                    enough.append(more)
    return min(enough, default=volume)


def _weight_of(volume: Quantity) -> Quantity:
    return Quantity(volume.to("L").value * _LITRE_PER_KG, "kg")


def _standard(
    standards: Sequence[WorkingStandard],
    named: Sequence[str],
    use: Use,
    volume: Quantity,
    on: dt.date,
) -> WorkingStandard:
    """The smallest measure that takes the volume; when none does, the largest there is."""
    if use.kind == "scale":
        return choose_standard(
            standards,
            named,
            use,
            on,
            fits=lambda one: one.nominal is None or one.nominal >= _weight_of(volume),
        )
    if use.kind != "vessel":
        return choose_standard(standards, named, use, on)
    vessels = [one for one in standards if one.kind == "vessel" and one.nominal is not None]
    chosen = [one for one in vessels if one.id in named] or vessels
    large = sorted((one for one in chosen if _size(one) >= volume), key=_size)
    small = sorted((one for one in chosen if _size(one) < volume), key=_size, reverse=True)
    ordered = [*large, *small]
    return choose_standard(ordered or standards, named, use, on)


def _size(vessel: WorkingStandard) -> Quantity:
    return vessel.nominal or Quantity(0, "L")


def _uncertainty(standard: WorkingStandard, at: Quantity, volume: Quantity) -> Quantity:
    """Certificate and reading of the standard together, k = 2, % of the volume."""
    certificate = relative_uncertainty(standard, at) or Quantity(0, "%")
    parts = [float(certificate.value) / 2]
    if standard.scale_interval is not None:
        whole = volume if standard.scale_interval.dimension == "volume" else at
        step = float(percent_of(standard.scale_interval, whole).value)
        readings = 1 if standard.kind == "vessel" else 2
        parts.append(step / sqrt(12) * sqrt(readings))
    return expanded_quantity(2 * sqrt(sum(part * part for part in parts)), "%", _FIGURES)


def aim_of(band: FlowBand) -> Quantity:
    """The middle of the band, L/h."""
    return _limit(band, (band.lower + band.upper) / 2)


def _limit(band: FlowBand, flow: Fraction) -> Quantity:
    """An end of the band for a person; the band itself is exact."""
    litres = flow * Fraction(Quantity(1, band.unit).to("L/h").value)
    value = Decimal(litres.numerator) / Decimal(litres.denominator)
    return Quantity(value.quantize(Decimal("0.001"), rounding=ROUND_CEILING).normalize() + 0, "L/h")
