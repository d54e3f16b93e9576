"""A case file for a capacity measure: observations from paper, judged by the code that judges a run."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from procedures.capacity_measures.assessment import Judging, assess, observation_notices
from procedures.capacity_measures.instrument import CapacityMeasure, check_measure
from procedures.capacity_measures.observation import Filling, Observations
from procedures.capacity_measures.rules import choose_rules
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget, with_uncertainty
from procedures.paper import refuse_typed, told
from procedures.point import Activity, Conclusion, Reason
from procedures.scales.conclusion import conclude
from procedures.vessels.filling import Poured
from procedures.vessels.limits import limit_notices
from procedures.vessels.static_budget import Found, Knowledge, budgets_of
from procedures.water_meters.observation import Weighed

MODEL: Final = "E = Vn − V"


class Case(Observations, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    kind: str
    activity: Activity
    date: dt.date | None = None
    rules: str | None = None
    uut: CapacityMeasure
    uncertainty: Knowledge = Knowledge()
    note: str = ""


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case; a notice names the sections that a complete test has besides.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    case, judging = _read(content)
    try:
        phase = with_uncertainty(assess(judging, case), budgets_in(judging, case, case.uncertainty))
        seen = observation_notices(judging, case)
    except UnitError as mistake:
        raise told(str(mistake), ()) from None
    if not phase.points:
        raise ProcedureError(
            "capacity_measures.empty", "The case has no observations.", "Give at least one [[filling]]."
        )
    notices = [*judging.rules.notices(), *limit_notices(case.uut.own_limit), *seen]
    absent = [name for name in judging.rules.order if name not in phase.verdict.sections]
    if absent:
        notices.append(Reason(code="sections_absent", facts={"sections": ", ".join(absent)}))
    years = judging.rules.of_type(case.uut).validity_years
    return conclude(phase, on=case.date, years=years, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each filling of a case."""
    case, judging = _read(content)
    return budgets_in(judging, case, case.uncertainty)


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
    kinds = (Case, CapacityMeasure, Filling, Poured, Weighed, Knowledge)
    known = [field.encode_name for kind in kinds for field in msgspec.structs.fields(kind)]
    refuse_typed(content)
    try:
        case = from_builtins(dict(content), Case)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise told(str(mistake), known) from None
    if any(row.readings for row in case.filling):
        raise told("unknown field `readings` - at `$.filling[]`", known)
    check_measure(case.uut)
    if case.date is None and case.rules is None:
        raise ProcedureError(
            "case.date",
            "The case has no date, so nobody can say which rules were in force.",
            'Add the day of the test, date = 2026-11-21, or name the table, rules = "id".',
        )
    rules, _ = choose_rules(case.rules, case.date or dt.date.min)
    rules.tolerance(case.uut, case.activity)  # a limit that nobody has read is told before any row is
    return case, Judging(case.uut, rules, case.activity)
