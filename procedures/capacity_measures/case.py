"""A case file for a capacity measure: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from procedures.capacity_measures.assessment import Judging, assess, observation_notices
from procedures.capacity_measures.instrument import CapacityMeasure, check_measure
from procedures.capacity_measures.observation import Filling, Observations
from procedures.capacity_measures.rules import choose_rules
from procedures.explanation import PointBudget, with_uncertainty
from procedures.point import Conclusion, Phase, Reason
from procedures.scales.conclusion import conclude
from procedures.subjects.paper_case import CaseHead, read_case
from procedures.vessels.filling import Poured
from procedures.vessels.limits import limit_notices
from procedures.vessels.paper_case import judged
from procedures.vessels.static_budget import Found, Knowledge, budgets_of
from procedures.water_meters.observation import Weighed

MODEL: Final = "E = Vn − V"


class Case(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: CapacityMeasure
    uncertainty: Knowledge = Knowledge()
    visual: dict[str, bool] = {}  # noqa: RUF012 -- msgspec gives each its own
    filling: tuple[Filling, ...] = ()

    @property
    def seen(self) -> Observations:
        """The rows; what is known of every standard decides as if each row said it."""
        known = self.uncertainty.reference
        rows = (replace(row, uncertainty=row.uncertainty or known) for row in self.filling)
        return Observations(visual=self.visual, filling=tuple(rows))


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case; a notice names the sections that a complete test has besides.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    case, judging = _read(content)

    def judge() -> tuple[Phase, tuple[Reason, ...]]:
        phase = with_uncertainty(assess(judging, case.seen), budgets_in(judging, case.seen, case.uncertainty))
        return phase, (*limit_notices(case.uut.own_limit), *observation_notices(judging, case.seen))

    phase, notices = judged(judging.rules, judging.rules.order, judge)
    years = judging.rules.of_type(case.uut).validity_years
    return conclude(phase, on=case.date, years=years, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each filling of a case."""
    case, judging = _read(content)
    return budgets_in(judging, case.seen, case.uncertainty)


def budgets_in(judging: Judging, seen: Observations, known: Knowledge) -> tuple[PointBudget, ...]:
    """The budgets of a sheet."""
    found = [
        Found(
            label=f"accuracy/{number}",
            volume=judging.volume(row, number).volume,
            group="",
            uncertainty=row.uncertainty,
            temperature=row.temperature,
        )
        for number, row in enumerate(seen.filling, 1)
    ]
    return budgets_of(found, known, MODEL)


def _read(content: Mapping[str, Any]) -> tuple[Case, Judging]:
    case = read_case(content, Case, (CapacityMeasure, Filling, Poured, Weighed, Knowledge))
    check_measure(case.uut)
    rules, _ = choose_rules(case.rules, case.day)
    rules.tolerance(case.uut, case.activity)  # a limit that nobody has read is told before any row is
    return case, Judging(case.uut, rules, case.activity)
