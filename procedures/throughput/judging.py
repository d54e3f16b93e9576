"""From the runs of meters of volume to points; limits and the effect of state come from the kind of meter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Protocol

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.meters.flow_rate import FlowBand
from procedures.meters.relative_error import percent_of, relative_error
from procedures.point import Activity, Method, Point, Reason
from procedures.subjects.judging import C, I, Judged, N, cut, decided, few, part, stated, visual_points
from procedures.throughput.observation import MeterSheet, Throughput
from procedures.throughput.rules import FlowOfTest, ThroughputRules
from procedures.throughput.volumes import Carry, Volumes, impossible, volumes_of
from procedures.tolerance import symmetric
from procedures.uncertainty.budget import Component, component
from procedures.uncertainty.evaluation import Evaluated, resolution


class Kind(Protocol):
    """What one kind of meter adds."""

    @property
    def rules(self) -> ThroughputRules:
        """The table in force."""

    @property
    def activity(self) -> Activity:
        """Tera or tera ulang."""

    @property
    def marks(self) -> Mapping[str, Fraction]:
        """`qmin`, `qt` and `qmax` in m3/h."""

    @property
    def d(self) -> Quantity | None:
        """Smallest step that can be read."""

    @property
    def pulse(self) -> Quantity | None:
        """Volume of one pulse."""

    @property
    def carry(self) -> Carry:
        """How the volume changes from reference to meter."""

    @property
    def model(self) -> str:
        """The equation of the error."""

    def permitted(self, flow: Fraction, litres: Fraction) -> Fraction:
        """The permitted error in %, at a flow in m3/h and a volume."""

    def volume(self, litres: Fraction) -> Fraction:
        """So much is let through where at least so much is needed, L."""

    def further(self, sheet: MeterSheet, runs: Sequence["JudgedRun"]) -> Iterator[Judged]:
        """Points that follow from all runs of one meter."""


@dataclass(frozen=True, kw_only=True)
class JudgedRun:
    """One run of one meter."""

    name: str
    flow: Fraction
    """m3/h"""
    limit: Fraction
    """%"""
    volumes: Volumes
    judged: Judged


@dataclass(frozen=True)
class Judging:
    """Meters of one make, one table, one activity."""

    kind: Kind

    def points(self, sheets: Sequence[MeterSheet]) -> list[Judged]:
        """All points of all meters.

        Raises:
            ProcedureError: a row cannot be judged; names it.
        """
        found: list[Judged] = []
        for sheet in sheets:
            found += visual_points(sheet, self.kind.rules, self.kind.activity)
            runs = self.runs(sheet)
            found += [run.judged for run in runs]
            found += self.kind.further(sheet, runs)
        return found

    def runs(self, sheet: MeterSheet) -> list[JudgedRun]:
        """The runs of one meter, in the order of its rows."""
        counts: dict[str, int] = {}
        found = []
        for index, row in enumerate(sheet.delivery):
            flow = self._flow_of(row, f"$.meter[{sheet.id}].delivery[{index}]")
            counts[flow[0]] = counts.get(flow[0], 0) + 1
            label = f"accuracy/{sheet.id}/{flow[0]}/{counts[flow[0]]}"
            path = f"$.meter[{sheet.id}].delivery[{index}]"
            try:
                found.append(self._run(sheet.id, label, row, flow, path))
            except UnitError as mistake:
                raise impossible(path, str(mistake)) from None
        return found

    def notices(self, sheets: Sequence[MeterSheet]) -> Iterator[Reason]:
        """What is odd about the rows, though it decides nothing."""
        runs = [run for sheet in sheets for run in self.runs(sheet)]
        for run in runs:
            yield from run.volumes.notices
        share = self.kind.rules.standards.resolution_share
        step = self.kind.pulse or self.kind.d
        coarse = [
            run.judged.point.label
            for run in runs
            if step is not None
            and Fraction(step.to("L").value) * 100 > run.volumes.reference * run.limit * Fraction(share)
        ]
        if coarse:
            facts = {"points": few(coarse), "share": part(share)}
            yield Reason(code="resolution_too_coarse", facts=facts)

    def _flow_of(self, row: Throughput, path: str) -> tuple[str, Fraction, FlowBand | None]:
        """Name, flow in m3/h, and the band that it must lie in."""
        rules, marks = self.kind.rules, self.kind.marks
        for flow in rules.flows:
            band = rules.band(flow, marks)
            if row.at == flow.name or (not row.at and row.flow is not None and band.holds(row.flow)):
                exact = Fraction(row.flow.to("m3/h").value) if row.flow is not None else _nominal(flow, marks)
                return flow.name, exact, band
        if row.flow is not None and not row.at:
            exact = Fraction(row.flow.to("m3/h").value)
            if marks["qmin"] <= exact <= marks["qmax"]:
                return str(row.flow), exact, None
        raise ProcedureError(
            "throughput.flow_unknown",
            "The run at `{path}` is at no flow of this test.",
            'Name its flow, at = "{known}", or give a flow from Qmin to Qmax.',
            path=path,
            known='" or "'.join(flow.name for flow in rules.flows),
        )

    def _run(
        self, meter: str, label: str, row: Throughput, at: tuple[str, Fraction, FlowBand | None], path: str
    ) -> JudgedRun:
        name, flow, band = at
        kind = self.kind
        volumes = volumes_of(row, kind.pulse, kind.rules.volumes.reference_temperature, kind.carry, path)
        error = ratio_error(volumes.ratio)
        limit = kind.permitted(flow, volumes.reference)
        tolerance = symmetric(cut(limit, "%"), kind.rules.limits_citation)
        reference = stated(volumes.reference, "L", 6)
        doubt = row.uncertainty
        if doubt is not None and doubt.unit != "%":
            doubt = percent_of(doubt, reference)
        logged = row.flow_log or ((row.flow,) if row.flow is not None else ())
        outside = ("flow_outside_band",) if band is not None and logged and not band.holds_all(logged) else ()
        step = kind.pulse if row.pulses is not None else kind.d
        share = Fraction(0) if step is None else Fraction(step.to("L").value) * 100 / volumes.reference
        coarse = ("step_too_coarse",) if share > limit else ()
        faults = (*row.faults, *outside, *coarse)
        outcome, reason = decided(error, tolerance, doubt, kind.rules.standards.least_ratio, faults)
        if outcome is not I:  # a limit in percent of a volume need not end
            outcome = C if abs(volumes.ratio - 1) * 100 <= limit else N
        point = Point(
            section="accuracy",
            label=label,
            subject=meter,
            nominal=row.flow or stated(flow, "m3/h"),
            indication=stated(volumes.indicated, "L", 6),
            reference=reference,
            error=error,
            tolerance=tolerance,
            method=Method.RELATIVE,
            outcome=outcome,
            reason=reason,
            readings=row.readings,
        )
        parts = () if doubt is None else tuple(self._parts(row, doubt, reference))
        judged = Judged(point=point, parts=parts, model=kind.model, group=name)
        return JudgedRun(name=name, flow=flow, limit=limit, volumes=volumes, judged=judged)

    def _parts(self, row: Throughput, doubt: Quantity, reference: Quantity) -> Iterator[Component]:
        certificate = Evaluated(float(doubt.value) / 2)
        yield component("certificate", certificate, unit="%", source="certificate of the standard")
        step = self.kind.pulse if row.pulses is not None else self.kind.d
        if step is not None:
            one = resolution(float(percent_of(step, reference).value))
            twice = Evaluated(one.standard * sqrt(2), one.degrees_of_freedom, one.distribution)
            yield component("register", twice, unit="%", source="smallest step, read twice")


def ratio_error(ratio: Fraction) -> Quantity:
    """Ratio − 1 in percent, for comparing exactly."""
    return relative_error(Quantity(ratio.numerator, "1"), Quantity(ratio.denominator, "1"))


def _nominal(flow: FlowOfTest, marks: Mapping[str, Fraction]) -> Fraction:
    """The mark itself where the band begins or ends there, else its middle."""
    shares = (Fraction(flow.lower), Fraction(flow.upper))
    share = Fraction(1) if 1 in shares else (shares[0] + shares[1]) / 2
    return marks[flow.of] * share
