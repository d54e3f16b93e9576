"""What gas meters add to the judging of runs: their limits, the weighted mean error, errors of one sign."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from drivers.quantity import Quantity
from procedures.gas_meters.instrument import GasMarks, carry
from procedures.gas_meters.rules import GasMeterRules
from procedures.point import Activity, Method, Point
from procedures.subjects.judging import C, I, Judged, N, cut, stated
from procedures.throughput.judging import JudgedRun
from procedures.throughput.observation import MeterSheet
from procedures.throughput.volumes import Carry
from procedures.tolerance import symmetric

MODEL = "e = V (1 + em)/Vm · p/pm · Tm/T − 1"


@dataclass(frozen=True)
class Gas:
    """Gas meters of one make, one table, one activity."""

    plate: GasMarks
    rules: GasMeterRules
    activity: Activity

    @property
    def marks(self) -> Mapping[str, Fraction]:
        """Flows in m3/h."""
        return self.rules.marks(self.plate)

    @property
    def d(self) -> Quantity | None:
        """Smallest step that can be read."""
        return self.plate.d

    @property
    def pulse(self) -> Quantity | None:
        """Volume of one pulse."""
        return self.plate.pulse

    @property
    def carry(self) -> Carry:
        """How the volume changes from reference to meter."""
        return carry

    @property
    def model(self) -> str:
        """The equation of the error."""
        return MODEL

    @property
    def sections(self) -> tuple[str, ...]:
        """Of a complete test."""
        skipped = set()
        if self.activity not in self.rules.weighting.activities:
            skipped.add("weighted_mean")
        if self.activity not in self.rules.sign.activities:
            skipped.add("same_sign")
        return tuple(name for name in self.rules.order if name not in skipped)

    def permitted(self, flow: Fraction, litres: Fraction) -> Fraction:  # noqa: ARG002 - the form of `Kind`
        """The permitted error in %, at a flow in m3/h."""
        return self.rules.permitted(self.plate, flow, self.activity)

    def volume(self, litres: Fraction) -> Fraction:
        """As much as is needed."""
        return litres

    def further(self, sheet: MeterSheet, runs: Sequence[JudgedRun]) -> Iterator[Judged]:
        """Points that follow once every flow of the test was run and decided."""
        names = {flow.name for flow in self.rules.flows}
        if not names <= {run.name for run in runs} or any(run.judged.point.outcome is I for run in runs):
            return
        if "weighted_mean" in self.sections:
            yield Judged(point=self._weighted(sheet.id, runs))
        if "same_sign" in self.sections:
            yield Judged(point=self._signs(sheet.id, runs))

    def weight(self, flow: Fraction) -> Fraction:
        """The weight k of a flow."""
        part = flow / self.marks["qmax"]
        return (
            part
            if part <= Fraction(self.rules.weighting.share)
            else Fraction(self.rules.weighting.total) - part
        )

    def _weighted(self, meter: str, runs: Sequence[JudgedRun]) -> Point:
        weights = [self.weight(run.flow) for run in runs]
        terms = [k * (run.volumes.ratio - 1) * 100 for k, run in zip(weights, runs, strict=True)]
        mean = sum(terms, Fraction(0)) / sum(weights, Fraction(0))
        limit = Fraction(self.rules.limits(self.plate.accuracy_class).weighted)
        return Point(
            section="weighted_mean",
            label=f"weighted_mean/{meter}",
            subject=meter,
            error=stated(mean, "%", 12),
            tolerance=symmetric(cut(limit, "%"), self.rules.weighting.citation),
            method=Method.COMPARISON,
            outcome=C if abs(mean) <= limit else N,
            reason="" if abs(mean) <= limit else "weighted_mean_exceeded",
        )

    def _signs(self, meter: str, runs: Sequence[JudgedRun]) -> Point:
        errors = [(run.volumes.ratio - 1) * 100 for run in runs if run.flow >= self.marks["qt"]]
        limit = Fraction(self.rules.limits(self.plate.accuracy_class).same_sign)
        one_sign = all(error > 0 for error in errors) or all(error < 0 for error in errors)
        within = not one_sign or all(abs(error) <= limit for error in errors)
        return Point(
            section="same_sign",
            label=f"same_sign/{meter}",
            subject=meter,
            method=Method.COMPARISON,
            outcome=C if within else N,
            reason="" if within else "equal_signs_beyond",
        )
