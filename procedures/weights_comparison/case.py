"""A case file for weights: observations from paper, judged by the code that judges a run."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget
from procedures.paper import refuse_typed, told
from procedures.point import Activity, Conclusion, Reason
from procedures.weights_comparison.assessment import Sheet, assess
from procedures.weights_comparison.conclusion import conclude, observation_notices
from procedures.weights_comparison.instrument import Balance, TestedWeight, WeightSet, check_set
from procedures.weights_comparison.judging import Judging
from procedures.weights_comparison.observation import (
    Air,
    Comparison,
    Found,
    Observations,
    Reference,
    Sensed,
)
from procedures.weights_comparison.rules import choose_rules, limits_of


class Case(Observations, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    kind: Literal["weights"]
    activity: Activity
    date: dt.date | None = None
    """the day of the test; it chooses the rules"""
    rules: str | None = None
    """id of a rule table, when the one in force on the date is not meant"""
    uut: WeightSet
    note: str = ""
    """where the observations come from; decides nothing"""


_KINDS: Final = (Case, WeightSet, TestedWeight, Balance, Comparison, Reference, Sensed, Air, Found)
_KNOWN: Final = frozenset(
    field.encode_name
    for kind in _KINDS
    for field in msgspec.structs.fields(kind)
    if field.encode_name != "readings"
)


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case; a notice names the sections that a complete test has besides.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    case, judging = _read(content)
    phase = assess(judging, case)
    if not phase.points:
        raise ProcedureError(
            "case.empty",
            "The case has no observations.",
            "Give at least one section, such as [[accuracy]].",
        )
    notices = [*judging.rules.notices(), *observation_notices(judging, case)]
    absent = [name for name in judging.rules.order if name not in phase.verdict.sections]
    if absent:
        notices.append(Reason(code="sections_absent", facts={"sections": ", ".join(absent)}))
    return conclude(judging, phase, on=case.date, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each weight that was compared.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold.
    """
    case, judging = _read(content)
    return tuple(one.budget for one in Sheet(judging, case).judged if one.budget is not None)


def _read(content: Mapping[str, Any]) -> tuple[Case, Judging]:
    refuse_typed(content)
    try:
        case = from_builtins(dict(content), Case)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise told(str(mistake), _KNOWN) from None
    check_set(case.uut)
    for path, wrong in _mistakes(case):
        raise told(f"{wrong} - at `{path}`", _KNOWN)
    if case.date is None and case.rules is None:
        raise ProcedureError(
            "case.date",
            "The case has no date, so nobody can say which rules were in force.",
            'Add the day of the test, date = 2026-11-21, or name the table, rules = "id".',
        )
    rules, _ = choose_rules(case.rules, case.date or dt.date.min)
    return case, Judging(case.uut, rules, limits_of(rules), case.activity)


def _mistakes(case: Case) -> Iterator[tuple[str, str]]:
    """What the types do not see: another dimension, a figure below zero."""
    wanted = {
        "nominal": "mass", "error": "mass", "uncertainty": "mass", "drift": "mass", "buoyancy": "mass",
        "density": "density", "density_uncertainty": "density", "air_density": "density",
        "air_density_uncertainty": "density", "conventional_mass": "mass",
    }  # fmt: skip
    rows: list[tuple[str, msgspec.Struct]] = []
    for index, row in enumerate(case.comparison):
        if row.readings:
            yield f"$.comparison[{index}]", "Object contains unknown field `readings`"
        rows += [(f"$.comparison[{index}]", row), (f"$.comparison[{index}].reference", row.reference)]
        rows += [(f"$.comparison[{index}].sensitivity", row.sensitivity)] if row.sensitivity else []
    rows += [(f"$.found[{index}]", one) for index, one in enumerate(case.found)]
    for path, one in rows:
        for name, dimension in wanted.items():
            value = getattr(one, name, None)
            if value is not None and value.dimension != dimension:
                yield f"{path}.{name}", f"{value} is no {dimension}"
            if value is not None and name != "error" and value.value < 0:
                yield f"{path}.{name}", f"{value} is below zero"
        if getattr(one, "coverage_factor", 1) <= 0:
            yield f"{path}.coverage_factor", "k is not above zero"
