"""What flow meters add to the judging of runs: limits that depend on the volume, and the range of repeats."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from drivers.quantity import Quantity
from procedures.flow_meters.instrument import FlowMarks, Liquid, flows_of
from procedures.flow_meters.rules import FlowMeterRules
from procedures.meters.measuring_system_limits import (
    check_step,
    permitted_error,
    permitted_range,
    refuse_below,
)
from procedures.point import Activity, Method, Point, Tolerance
from procedures.subjects.judging import C, I, Judged, N, cut, stated
from procedures.throughput.judging import JudgedRun
from procedures.throughput.observation import MeterSheet
from procedures.throughput.volumes import Carry

MODEL = "e = V (1 + em) / (Vm [1 + β (t − tm)]) − 1"
_SEVERAL = 2
CLEAR: Final = Fraction(105, 100)
"""so far above the least volume whose repeats are judged one is planned, because it may end a little short"""


@dataclass(frozen=True)
class Flow:
    """Flow meters of one make, one table, one activity."""

    plate: FlowMarks
    rules: FlowMeterRules
    activity: Activity

    def __post_init__(self) -> None:
        """A step that would widen all limits is told before any row."""
        check_step(self.rules.limits, self.plate.accuracy_class, self.plate.d, self.plate.mmq)

    @property
    def marks(self) -> Mapping[str, Fraction]:
        """Flows in m3/h."""
        return flows_of(self.plate)

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
        return Liquid(self.plate.liquid_expansion).carry

    @property
    def model(self) -> str:
        """The equation of the error."""
        return MODEL

    @property
    def sections(self) -> tuple[str, ...]:
        """Of a complete test."""
        return self.rules.order

    def permitted(self, flow: Fraction, litres: Fraction) -> Fraction:  # noqa: ARG002 - the form of `Kind`
        """The permitted error in %, of a volume."""
        volume = stated(litres, "L")
        refuse_below(volume, self.plate.mmq)
        limit = permitted_error(
            self.rules.limits,
            self.plate.accuracy_class,
            volume,
            line="A" if self.plate.part == "system" else "B",
            minimum_quantity=self.plate.mmq,
            scale_interval=self.plate.d if self.plate.mmq is not None else None,
        )
        factor = Fraction(self.rules.factor[self.activity])
        return Fraction(limit.value) / Fraction(volume.value) * 100 * factor

    @property
    def repeated(self) -> Fraction:
        """The least volume whose repeats are judged, L."""
        least = self.plate.mmq or Quantity(0, "L")
        return Fraction(least.to("L").value) * self.rules.repeatability_from

    def volume(self, litres: Fraction) -> Fraction:
        """Not below the MMQ, and clear of the least volume whose repeats are judged."""
        least = self.plate.mmq or Quantity(0, "L")
        litres = max(litres, Fraction(ceil(Fraction(least.to("L").value))))
        clear = self.repeated * CLEAR
        return Fraction(ceil(clear)) if self.repeated <= litres < clear else litres

    def further(self, sheet: MeterSheet, runs: Sequence[JudgedRun]) -> Iterator[Judged]:
        """The range of the errors at each flow that was run several times."""
        for name in dict.fromkeys(run.name for run in runs):
            same = [run for run in runs if run.name == name]
            least = self.plate.mmq or Quantity(0, "L")
            smallest = stated(min(run.volumes.reference for run in same), "L")
            limit = permitted_range(self.rules.limits, self.plate.accuracy_class, smallest, least)
            if len(same) < _SEVERAL or limit is None or any(run.judged.point.outcome is I for run in same):
                continue
            ratios = [run.volumes.ratio for run in same]
            spread = (max(ratios) - min(ratios)) * 100
            within = spread <= Fraction(limit.value)
            yield Judged(
                point=Point(
                    section="repeatability",
                    label=f"repeatability/{sheet.id}/{name}",
                    subject=sheet.id,
                    error=stated(spread, "%", 12),
                    tolerance=Tolerance(
                        lower=Quantity(0, "%"),
                        upper=cut(Fraction(limit.value), "%"),
                        citation=self.rules.repeatability_citation,
                    ),
                    method=Method.COMPARISON,
                    outcome=C if within else N,
                    reason="" if within else "range_exceeded",
                )
            )
