"""A case file for a tank truck: observations from paper, judged by the code that judges a run."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from procedures.explanation import PointBudget, with_uncertainty
from procedures.paper import told
from procedures.point import Conclusion, Phase, Reason
from procedures.subjects.paper_case import CaseHead, read_case
from procedures.tank_trucks.assessment import Judging, assess
from procedures.tank_trucks.conclusion import conclude, observation_notices
from procedures.tank_trucks.instrument import Compartment, TankTruck, check_truck
from procedures.tank_trucks.observation import Filling, Observations, Raised, Sheet
from procedures.tank_trucks.rules import choose_rules
from procedures.vessels.filling import Metered, Poured
from procedures.vessels.limits import limit_notices
from procedures.vessels.paper_case import judged
from procedures.vessels.static_budget import Found, Knowledge, budgets_of

MODEL: Final = "E = Vn − V"


class Case(CaseHead, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    uut: TankTruck
    uncertainty: Knowledge = Knowledge()
    visual: dict[str, bool] = {}  # noqa: RUF012 -- msgspec gives each its own
    compartment: tuple[Sheet, ...] = ()

    @property
    def seen(self) -> Observations:
        """The rows; what is known of every standard decides as if each row said it."""
        known = self.uncertainty.reference
        sheets = []
        for one in self.compartment:
            rows = (replace(row, uncertainty=row.uncertainty or known) for row in one.filling)
            sheets.append(replace(one, filling=tuple(rows)))
        return Observations(visual=self.visual, compartment=tuple(sheets))


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
    return conclude(judging, phase, case.seen, on=case.date, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each filling of a case."""
    case, judging = _read(content)
    return budgets_in(judging, case.seen, case.uncertainty)


def budgets_in(judging: Judging, seen: Observations, known: Knowledge) -> tuple[PointBudget, ...]:
    """The budgets of a sheet."""
    found = [
        Found(
            label=f"accuracy/{sheet.id}/{number}",
            volume=volume.volume,
            group=sheet.id,
            uncertainty=row.uncertainty,
            temperature=row.temperature,
        )
        for sheet in seen.compartment
        for number, (row, volume) in enumerate(zip(sheet.filling, judging.volumes(sheet), strict=True), 1)
    ]
    return budgets_of(found, known, MODEL)


def _read(content: Mapping[str, Any]) -> tuple[Case, Judging]:
    parts = (TankTruck, Compartment, Sheet, Filling, Raised, Poured, Metered, Knowledge)
    case = read_case(content, Case, parts)
    if len({sheet.id for sheet in case.compartment}) < len(case.compartment):
        raise told("two compartments have the same id - at `$.compartment`", ())
    check_truck(case.uut)
    rules, _ = choose_rules(case.rules, case.day)
    for one in case.uut.compartments:
        rules.tolerance(case.uut, one, case.activity)  # a limit nobody has read is told before any row
    return case, Judging(case.uut, rules, case.activity)
