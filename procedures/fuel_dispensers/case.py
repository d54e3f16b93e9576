"""A case file for a dispenser: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from procedures.errors import ProcedureError
from procedures.explanation import PointBudget, with_uncertainty
from procedures.fuel_dispensers.assessment import assess
from procedures.fuel_dispensers.budget import Knowledge, budgets_of
from procedures.fuel_dispensers.conclusion import conclude, observation_notices
from procedures.fuel_dispensers.delivered import Limits
from procedures.fuel_dispensers.instrument import Dispenser, Nozzle, check_marks
from procedures.fuel_dispensers.observation import Delivery, Observations, Sheet, Totalled
from procedures.fuel_dispensers.rules import choose_rules
from procedures.paper import told
from procedures.point import Conclusion, Phase, Reason
from procedures.subjects.paper_case import CaseHead, read_case
from procedures.vessels.measured import Measured
from procedures.vessels.paper_case import judged


class Case(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: Dispenser = Dispenser()
    uncertainty: Knowledge = Knowledge()
    nozzle: tuple[Sheet, ...] = ()
    totaliser: tuple[Totalled, ...] = ()

    @property
    def seen(self) -> Observations:
        """The rows; what is known of every measure decides as if each row said it."""
        known = self.uncertainty.reference
        sheets = []
        for one in self.nozzle:
            rows = (replace(row, uncertainty=row.uncertainty or known) for row in one.delivery)
            sheets.append(replace(one, delivery=tuple(rows)))
        return Observations(nozzle=tuple(sheets), totaliser=self.totaliser)


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case; a notice names the sections that a complete test has besides.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    case, limits = _read(content)

    def judge() -> tuple[Phase, tuple[Reason, ...]]:
        found = budgets_of(limits, case.seen, case.uncertainty)
        return with_uncertainty(assess(limits, case.seen), found), observation_notices(limits, case.seen)

    phase, notices = judged(limits.rules, limits.rules.order, judge)
    return conclude(limits, phase, case.seen, on=case.date, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each error of a case."""
    case, limits = _read(content)
    return budgets_of(limits, case.seen, case.uncertainty)


def _read(content: Mapping[str, Any]) -> tuple[Case, Limits]:
    case = read_case(content, Case, (Dispenser, Nozzle, Sheet, Delivery, Measured, Totalled, Knowledge))
    if len({sheet.id for sheet in case.nozzle}) < len(case.nozzle):
        raise told("two nozzles have the same id - at `$.nozzle`", ())
    check_marks(case.uut)
    listed = {nozzle.id for nozzle in case.uut.nozzles} or {sheet.id for sheet in case.nozzle}
    named = [*(sheet.id for sheet in case.nozzle), *(name for row in case.totaliser for name in row.nozzles)]
    for name in named:
        if name not in listed:
            raise ProcedureError(
                "fuel_dispensers.nozzle_unknown",
                "The case has rows of nozzle {nozzle}, which this dispenser does not have.",
                "Its nozzles are: {known}.",
                nozzle=name,
                known=", ".join(sorted(listed)) or "—",
            )
    rules, _ = choose_rules(case.rules, case.day)
    return case, Limits(case.uut, rules, case.activity)
