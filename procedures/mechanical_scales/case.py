"""A case file for mechanical scales: observations from paper, judged by the code that judges a run."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget, with_uncertainty
from procedures.mechanical_scales.assessment import assess, required_sections
from procedures.mechanical_scales.budget import MechanicalBudgets
from procedures.mechanical_scales.instrument import MechanicalScale, check_form
from procedures.mechanical_scales.observation import Eccentric, Observations, Sensed, Weighing
from procedures.mechanical_scales.permitted import Permitted
from procedures.mechanical_scales.rules import MechanicalScaleRules, choose_rules
from procedures.paper import refuse_typed, told
from procedures.point import Activity, Conclusion, Reason
from procedures.scales.conclusion import conclude
from procedures.scales.instrument import check_unit


class Case(Observations, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    kind: Literal["mechanical_scales"]
    activity: Activity
    date: dt.date | None = None
    """the day of the test; it chooses the rules"""
    rules: str | None = None
    """id of a rule table, when the one in force on the date is not meant"""
    uut: MechanicalScale
    note: str = ""
    """where the observations come from; decides nothing"""


_KNOWN: Final = frozenset(
    field.encode_name
    for kind in (Case, MechanicalScale, Weighing, Eccentric, Sensed)
    for field in msgspec.structs.fields(kind)
    if field.encode_name != "readings"
)


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case; the verdict covers the sections that the file has.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    case, rules = _read(content)
    phase = assess(case.uut, rules, case.activity, case)
    if not phase.points:
        raise ProcedureError(
            "case.empty",
            "The case has no observations.",
            "Give at least one section, such as [[accuracy]].",
        )
    phase = with_uncertainty(phase, _budgets(case, rules))
    present = phase.verdict.sections
    absent = [name for name in required_sections(case.uut, rules) if name not in present]
    notices = [*rules.notices()]
    if absent:
        notices.append(Reason(code="sections_absent", facts={"sections": ", ".join(absent)}))
    return conclude(phase, on=case.date, years=rules.validity_years, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each point of a case.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold.
    """
    return _budgets(*_read(content))


def _budgets(case: Case, rules: MechanicalScaleRules) -> tuple[PointBudget, ...]:
    return MechanicalBudgets(Permitted(case.uut, rules, case.activity), case).of_points()


def _read(content: Mapping[str, Any]) -> tuple[Case, MechanicalScaleRules]:
    refuse_typed(content)
    try:
        case = from_builtins(dict(content), Case)
        check_form(case.uut)
        for path, mass in _masses(case):
            if mass.dimension != "mass":
                raise told(f"{mass} is no mass - at `{path}`", _KNOWN)
            check_unit(mass)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise told(str(mistake), _KNOWN) from None
    if case.date is None and case.rules is None:
        raise ProcedureError(
            "case.date",
            "The case has no date, so nobody can say which rules were in force.",
            'Add the day of the test, date = 2026-11-21, or name the table, rules = "id".',
        )
    return case, choose_rules(case.rules, case.date or dt.date.min)[0]


def _masses(case: Case) -> Iterator[tuple[str, Quantity]]:
    for name in ("sensitivity", "eccentricity", "accuracy", "repeatability"):
        for index, row in enumerate(getattr(case, name)):
            if row.readings:
                raise told(f"Object contains unknown field `readings` - at `$.{name}[{index}]`", _KNOWN)
            for part in ("load", "indication", "extra"):
                mass = getattr(row, part, None)
                if mass is not None:
                    yield f"$.{name}[{index}].{part}", mass
