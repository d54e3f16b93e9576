"""A case file: observations taken on paper or in a spreadsheet, judged by the code that judges a run.

The file holds what was seen and nothing that follows from it: a typed error, limit or verdict is refused.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget, with_uncertainty
from procedures.paper import told, typed
from procedures.point import Activity, Conclusion, Reason
from procedures.scales.assessment import Sheet, judged, required_sections
from procedures.scales.basis import BEYOND_MAX_E, Basis
from procedures.scales.budget import Knowledge, KnownLoad, ScaleBudgets
from procedures.scales.classification import check_classification, classification_notices
from procedures.scales.conclusion import conclude, observation_notices
from procedures.scales.instrument import LEGAL_UNITS, Scale, WeighingRange, check_form
from procedures.scales.observation import (
    Accuracy,
    Discriminated,
    Eccentric,
    Observations,
    Tared,
    Weighing,
)
from procedures.scales.rules import ScaleRules, choose_rules
from procedures.weights import CLASSES

_KNOWN: Final = sorted(
    {
        field.encode_name
        for kind in (
            *(Scale, WeighingRange, Accuracy, Eccentric, Tared, Discriminated, Observations),
            *(Knowledge, KnownLoad),
        )
        for field in msgspec.structs.fields(kind)
        if field.encode_name != "readings"
    }
    | {"kind", "activity", "date", "rules", "uut", "uncertainty", "note"}
)


class Case(Observations, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a case file."""

    kind: Literal["scales"]
    activity: Activity
    date: dt.date | None = None
    """the day of the test; it chooses the rules"""
    rules: str | None = None
    """id of a rule table, when the one in force on the date is not meant"""
    uut: Scale
    uncertainty: Knowledge = Knowledge()
    """what is known beside the rows; for the budget only"""
    note: str = ""
    """where the observations come from; decides nothing"""


def compute(content: Mapping[str, Any]) -> Conclusion:
    """Judge a case.

    The verdict covers the sections that the file has; a notice names those that a complete test has besides.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
    """
    try:
        return _judge(_read(content))
    except UnitError as mistake:
        raise _mistake(str(mistake)) from None


def _judge(case: Case) -> Conclusion:
    check_form(case.uut)
    rules = _rules(case)
    check_classification(case.uut, rules)
    basis = Basis(case.uut, rules, case.activity, case)
    _check_readings(basis)
    sheet = Sheet(basis)
    phase = judged(sheet)
    if not phase.points:
        raise ProcedureError(
            "case.empty",
            "The case has no observations.",
            "Give at least one section, such as [[accuracy]].",
        )
    absent = [
        section
        for section in required_sections(case.uut, rules, case.activity)
        if section not in phase.verdict.sections
    ]
    notices = [*rules.notices(), *classification_notices(case.uut, rules)]
    notices += observation_notices(basis)
    if absent:
        notices.append(Reason(code="sections_absent", facts={"sections": ", ".join(absent)}))
    measured = ScaleBudgets(sheet, known=case.uncertainty)
    phase = with_uncertainty(phase, measured.of_points(phase.points))
    notices += measured.notices(phase.points)
    return conclude(phase, on=case.date, years=rules.validity_years, notices=notices)


def budgets(content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
    """The uncertainty budget of each point of a case.

    Raises:
        ProcedureError: the file has a mistake, or no rules hold.
    """
    compute(content)  # refuses what cannot be judged
    case = _read(content)
    sheet = Sheet(Basis(case.uut, _rules(case), case.activity, case))
    return ScaleBudgets(sheet, known=case.uncertainty).of_points(sheet.points())


def _read(content: Mapping[str, Any]) -> Case:
    try:
        case = from_builtins(dict(content), Case)
    except msgspec.ValidationError as mistake:
        raise _mistake(str(mistake)) from None
    for path, row in _rows(case):
        if row.readings:
            raise typed(f"`readings` at `{path}`")
        for name in ("load", "indication", "added", "rise", "tare", "extra", "after"):
            _check_mass(getattr(row, name, None), f"{path}.{name}", signed=name in {"indication", "after"})
    _check_knowledge(case.uncertainty)
    return case


def _check_knowledge(known: Knowledge) -> None:
    """Refuse what no certificate and no series of readings can say."""
    for name in ("repeatability", "eccentricity", "eccentricity_load", "drift"):
        _check_mass(getattr(known, name), f"$.uncertainty.{name}", signed=False)
    if (known.eccentricity is None) is not (known.eccentricity_load is None):
        raise _mistake("eccentricity needs eccentricity_load, and the other way round - at `$.uncertainty`")
    if known.weights_class is not None and known.weights_class not in CLASSES:
        raise _mistake(f"{known.weights_class!r} is no class of weights - at `$.uncertainty.weights_class`")
    if known.repeatability_readings is not None and known.repeatability_readings < 2:  # noqa: PLR2004 - a spread
        raise _mistake("fewer than two readings have no spread - at `$.uncertainty.repeatability_readings`")
    for index, one in enumerate(known.references):
        path = f"$.uncertainty.references[{index}]"
        masses = (one.load, one.error, one.class_limit, one.limit, *(c.uncertainty for c in one.certified))
        for mass in masses:
            _check_mass(mass, path, signed=False)
        if any(c.coverage_factor <= 0 for c in one.certified):
            raise _mistake(f"a coverage factor is more than zero - at `{path}.certified`")


def _rules(case: Case) -> ScaleRules:
    if case.date is None and case.rules is None:
        raise ProcedureError(
            "case.date",
            "The case has no date, so nobody can say which rules were in force.",
            'Add the day of the test, date = 2026-11-21, or name the table, rules = "id".',
        )
    return choose_rules(case.rules, case.date or dt.date.min)[0]


def _check_readings(basis: Basis) -> None:
    """Refuse what a run could not have read: impossible small weights, an indication beyond its range.

    Source: OIML R 76-1:2006, 4.2.3 (from memory, unverified): no indication above Max + 9 e.
    """
    for path, row in _rows(basis.seen):
        gross = row.load + row.tare if isinstance(row, Tared) else row.load
        if isinstance(row, Weighing):
            basis.check_row(row)
        else:
            basis.check_load(row.load, gross, row.range)
        part = basis.part(row.indication, row.range, gross)
        if isinstance(row, Weighing) and row.added is not None:
            most = basis.most_added(row, gross)
            if row.added > most:
                raise ProcedureError(
                    "case.added_impossible",
                    "The small weights of {added} at `{path}` are impossible: "
                    "with steps of {step} the indication changes after {most} at the latest.",
                    "Write the total mass of the small weights that changed it, or correct d.",
                    added=str(row.added),
                    path=f"{path}.added",
                    step=str(part.resolution),
                    most=str(most),
                )
        shown = row.indication + row.tare if isinstance(row, Tared) else row.indication
        if row.range is not None and shown > part.max + part.e * BEYOND_MAX_E:
            raise ProcedureError(
                "case.indication_beyond_range",
                "An indication of {indication} at `{path}` is beyond range {range}, which ends at {max}.",
                "Correct `range`, the indication, or Max of that range.",
                indication=str(row.indication),
                path=f"{path}.indication",
                range=str(row.range),
                max=str(part.max),
            )


def _rows(case: Observations) -> Iterator[tuple[str, Weighing | Discriminated]]:
    for name in ("zero", "eccentricity", "accuracy", "repeatability", "discrimination", "tare"):
        for index, row in enumerate(getattr(case, name)):
            yield f"$.{name}[{index}]", row


def _check_mass(value: Quantity | None, path: str, *, signed: bool) -> None:
    if value is None:
        return
    if value.dimension != "mass":
        raise _mistake(f"{value} is no mass - at `{path}`")
    if value.unit not in LEGAL_UNITS:
        raise ProcedureError(
            "case.unit",
            "{mass} at `{path}` is in {unit}, which is no unit of a scale that can be verified.",
            "Write masses in one of {units}, as the scale shows them.",
            mass=str(value),
            path=path,
            unit=value.unit,
            units=", ".join(LEGAL_UNITS),
        )
    if value.value < 0 and not signed:
        raise _mistake(f"{value} is less than nothing - at `{path}`")


def _mistake(mistake: str) -> ProcedureError:
    return told(mistake, _KNOWN)
