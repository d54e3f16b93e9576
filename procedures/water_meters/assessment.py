"""From the observations of one complete test to its points and verdict. Pure: same sheet, same verdict.

Each run of each meter at each flow is a point; each meter has an outcome of its own, and the verdict is that
of all together. A run whose flow left its band, or whose reference is not known well enough, decides nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from drivers.quantity import Quantity
from procedures.acceptance import AcceptanceRule, accept
from procedures.conformity import worst
from procedures.errors import ProcedureError
from procedures.meters.flow_rate import FlowBand, FlowRates
from procedures.meters.relative_error import percent_of
from procedures.meters.water_meter_limits import REPEATED_RUNS, equal_signs, repeated_runs
from procedures.phase import phase_of
from procedures.point import Activity, Method, Outcome, Phase, Point, Reason, Subject, Tolerance
from procedures.subjects.judging import inspected
from procedures.water_meters.instrument import MeterMarks
from procedures.water_meters.observation import Delivery, Observations, Sheet
from procedures.water_meters.rules import FlowOfTest, Section, WaterMeterRules
from procedures.water_meters.volume import Reference, indicated_volume, reference_volume

C, N, I = Outcome.CONFORMS, Outcome.DOES_NOT_CONFORM, Outcome.INDETERMINATE  # noqa: E741 - indeterminate

_PLACE = Decimal("1e-9")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of one meter, judged by itself."""

    meter: str
    flow: FlowOfTest
    number: int
    row: Delivery
    indicated: Quantity
    reference: Reference
    error: Quantity
    tolerance: Tolerance
    outcome: Outcome
    reason: str

    @property
    def label(self) -> str:
        """The label of its point."""
        return f"accuracy/{self.meter}/{self.flow.name}/{self.number}"

    @property
    def share(self) -> Fraction:
        """The error in percent, not rounded."""
        return self.reference.share(self.indicated)

    @property
    def limit(self) -> Fraction:
        """The permitted error in percent, without sign."""
        return self.tolerance.upper.fraction_in("%")


@dataclass(frozen=True)
class Judging:
    """Meters of one make, one table, one activity."""

    marks: MeterMarks
    rules: WaterMeterRules
    activity: Activity

    @property
    def rates(self) -> FlowRates:
        """Q1 to Q4."""
        return self.rules.rates(self.marks)

    @property
    def flows(self) -> tuple[FlowOfTest, ...]:
        """The flows of a complete test."""
        return self.rules.flows[self.marks.marking]

    def runs(self, sheet: Sheet) -> tuple[Run, ...]:
        """All runs of a meter, flow by flow in the order of the rules, decided together.

        Raises:
            ProcedureError: a row cannot be judged; names it.
        """
        found: dict[str, list[Run]] = {flow.name: [] for flow in self.flows}
        for index, row in enumerate(sheet.delivery):
            path = f"$.meter[{sheet.id}].delivery[{index}]"
            flow = self._flow_of(row, path)
            found[flow.name].append(self._run(sheet.id, flow, len(found[flow.name]) + 1, row, path))
        return tuple(run for runs in found.values() for run in self._together(runs))

    def _flow_of(self, row: Delivery, path: str) -> FlowOfTest:
        for flow in self.flows:
            if row.at == flow.name or (not row.at and row.flow and flow.band(self.rates).holds(row.flow)):
                return flow
        raise ProcedureError(
            "water_meters.flow_unknown",
            "The run at `{path}` is at no flow of this test.",
            'Name its flow, at = "{known}", or give a flow within one of the bands.',
            path=path,
            known='" or "'.join(flow.name for flow in self.flows),
        )

    def _run(self, meter: str, flow: FlowOfTest, number: int, row: Delivery, path: str) -> Run:
        indicated = indicated_volume(row, self.marks, path)
        reference = reference_volume(row, self.rules.standards.reference_temperature, path)
        error = reference.error(indicated)
        doubt = None if row.uncertainty is None else percent_of(row.uncertainty, reference.volume)
        tolerance, outcome, reason = self._decided(error, flow, row, doubt)
        step = self.marks.pulse if row.pulses is not None else self.marks.d
        blind = step is not None and percent_of(step, reference.volume) > tolerance.upper
        coarse = ("step_too_coarse",) if blind else ()
        faults = (*row.faults, *self._flow_faults(row, flow.band(self.rates)), *coarse)
        if faults:
            outcome, reason = I, faults[0]
        return Run(
            meter=meter,
            flow=flow,
            number=number,
            row=row,
            indicated=indicated,
            reference=reference,
            error=error,
            tolerance=tolerance,
            outcome=outcome,
            reason=reason,
        )

    def _flow_faults(self, row: Delivery, band: FlowBand) -> Iterator[str]:
        logged = row.flow_log or ((row.flow,) if row.flow is not None else ())
        if logged and not band.holds_all(logged):
            yield "flow_outside_band"

    def _decided(
        self, error: Quantity, flow: FlowOfTest, row: Delivery, doubt: Quantity | None
    ) -> tuple[Tolerance, Outcome, str]:
        """By the temperature of the water; where nobody took it, by both limits that it may have."""
        least = None if doubt is None else self.rules.standards.least_ratio
        rule = AcceptanceRule(least_ratio=least)
        cold, warm = (
            self.rules.tolerance(self.marks, flow.zone, temperature, self.activity)
            for temperature in (self.rules.warm_above, self.rules.warm_above + Quantity(1, "°C"))
        )
        if row.temperature is not None:
            tolerance = warm if row.temperature > self.rules.warm_above else cold
            decision = accept(error, error, tolerance, doubt, rule)
            return tolerance, decision.outcome, decision.reasons[0].code if decision.reasons else ""
        strict, wide = (accept(error, error, one, doubt, rule) for one in (cold, warm))
        if strict.outcome is not wide.outcome:
            return cold, I, "temperature_missing"
        return cold, strict.outcome, strict.reasons[0].code if strict.reasons else ""

    def _together(self, runs: Sequence[Run]) -> Iterator[Run]:
        """Apply the rule of repeats to the runs at a flow; one that decides nothing is none of the three."""
        if self.rules.repeats.rule != "two_of_three" or not any(run.outcome is N for run in runs):
            yield from runs
            return
        told = [run for run in runs if run.outcome is not I]
        outcome = repeated_runs([run.share for run in told], [run.limit for run in told])
        if outcome is C and told[0].outcome is C:
            outcome = worst(
                run.outcome for run in told
            )  # the first decided; those after it were not asked for
        reason = {C: "two_of_three", I: "repeats_missing", N: ""}[outcome]
        three = {run.number for run in told[:REPEATED_RUNS]}
        for run in runs:
            changed = run.outcome is N and outcome is not N and run.number in three
            yield _with(run, outcome, reason) if changed else run


def _with(run: Run, outcome: Outcome, reason: str) -> Run:
    return Run(**{**run.__dict__, "outcome": outcome, "reason": reason})


def assess(
    marks: MeterMarks,
    rules: WaterMeterRules,
    activity: Activity,
    seen: Observations,
    *,
    required: Sequence[Section] = (),
    runs: int = 1,
) -> Phase:
    """Judge one test of all meters.

    Args:
        marks: of the meters.
        rules: the table in force.
        activity: the tolerances may depend on it.
        seen: what was seen.
        required: sections without which the verdict stays open.
        runs: so many at each flow are required with them.

    Raises:
        ProcedureError: a row cannot be judged.
    """
    judging = Judging(marks, rules, activity)
    points = tuple(
        point for name in rules.order for sheet in seen.meter for point in _section(judging, sheet, name)
    )
    missing = [reason for sheet in seen.meter for reason in _missing(judging, sheet, points, required, runs)]
    return phase_of(rules.id, rules.order, points, missing)


def subjects(phase: Phase, sheets: Sequence[Sheet]) -> tuple[Subject, ...]:
    """The outcome of each meter: that of its own points, open while something of it is missing."""
    found = []
    for sheet in sheets:
        own = [point for point in phase.points if point.subject == sheet.id]
        lacking = any(reason.facts.get("meter") == sheet.id for reason in phase.verdict.reasons)
        found.append(
            Subject(
                id=sheet.id,
                serial=sheet.serial,
                outcome=worst([*(point.outcome for point in own), *([I] if lacking else [])]),
                failing=tuple(point.label for point in own if point.outcome is N),
            )
        )
    return tuple(found)


def _section(judging: Judging, sheet: Sheet, name: Section) -> Iterator[Point]:
    match name:
        case "visual":
            rules = judging.rules
            yield from inspected(sheet.visual, rules.visual.at(judging.activity), rules.id, sheet.id)
        case "start_flow":
            if sheet.start_flow is not None:
                yield _start_point(judging, sheet.id, sheet.start_flow)
        case "accuracy":
            yield from (_point(judging, run) for run in judging.runs(sheet))
        case "same_sign":
            if judging.activity in judging.rules.same_sign.activities:
                yield from _sign_point(judging, sheet)


def _point(judging: Judging, run: Run) -> Point:
    nominal = run.row.flow or _nominal(judging, run.flow)
    return Point(
        section="accuracy",
        label=run.label,
        subject=run.meter,
        nominal=nominal,
        indication=run.indicated,
        reference=run.reference.volume,
        error=run.error,
        tolerance=run.tolerance,
        method=Method.RELATIVE,
        outcome=run.outcome,
        reason=run.reason,
        readings=run.row.readings,
    )


def _nominal(judging: Judging, flow: FlowOfTest) -> Quantity:
    """The lower end of the band, or its upper end where that is the mark itself."""
    band = flow.band(judging.rates)
    mark = band.upper if flow.upper == 1 else band.lower
    value = Decimal(mark.numerator) / Decimal(mark.denominator)
    return Quantity(value.quantize(_PLACE).normalize() + 0, band.unit)


def _start_point(judging: Judging, meter: str, found: Quantity) -> Point:
    rules = judging.rules.start_flow
    mark = getattr(judging.rates, rules.limit)
    limit = Quantity(
        (Decimal(mark.numerator) / Decimal(mark.denominator)).quantize(_PLACE), judging.rates.unit
    )
    return Point(
        section="start_flow",
        label=f"start_flow/{meter}",
        subject=meter,
        indication=found,
        tolerance=Tolerance(lower=Quantity(0, limit.unit), upper=limit, citation=rules.citation),
        method=Method.DIRECT,
        outcome=C if Quantity(0, limit.unit) <= found <= limit else N,
        reason="" if found <= limit else "starts_too_late",
    )


def _sign_point(judging: Judging, sheet: Sheet) -> Iterator[Point]:
    """Only when every flow was run and decided: one error alone has always one sign."""
    runs = judging.runs(sheet)
    by_flow = {flow.name: [run for run in runs if run.flow.name == flow.name] for flow in judging.flows}
    if not all(by_flow.values()) or any(run.outcome is I for run in runs):
        return
    # The mean has the sign of the sum, and 2 |mean| ≤ limit is 2 |sum| ≤ n limit: nothing is divided.
    sums = [sum((run.share for run in group), Fraction(0)) for group in by_flow.values()]
    limits = [sum((run.limit for run in group), Fraction(0)) for group in by_flow.values()]
    outcome = equal_signs(sums, limits)
    yield Point(
        section="same_sign",
        label=f"same_sign/{sheet.id}",
        subject=sheet.id,
        method=Method.COMPARISON,
        outcome=outcome,
        reason="" if outcome is C else "equal_signs",
    )


def _missing(
    judging: Judging, sheet: Sheet, points: Sequence[Point], required: Sequence[Section], runs: int
) -> Iterator[Reason]:
    own = [point for point in points if point.subject == sheet.id]
    for name in required:
        there = [point for point in own if point.section == name]
        lacking = not there
        if name == "accuracy":
            taken = [sum(f"/{flow.name}/" in point.label for point in there) for flow in judging.flows]
            lacking = min(taken) < runs
        if lacking:
            yield Reason(code="section_missing", facts={"section": name, "meter": sheet.id})
