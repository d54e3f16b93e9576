"""A case file for tests of several instruments: read, and judged to a conclusion."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from drivers.errors import UnitError
from drivers.notation import from_builtins
from procedures.errors import ProcedureError
from procedures.explanation import PointBudget
from procedures.paper import refuse_typed, told
from procedures.point import Activity, Conclusion, Reason
from procedures.subjects.judging import Judged, budgets_of, concluded, phase_of
from procedures.subjects.rules import SubjectRules
from procedures.subjects.sheet import Sheet, check_ids


class CaseHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands at the top of a case file."""

    kind: str
    activity: Activity
    date: dt.date | None = None
    """the day of the test; it chooses the rules"""
    rules: str | None = None
    """id of a rule table, when the one in force on the date is not meant"""
    note: str = ""
    """where the observations come from; decides nothing"""

    @property
    def day(self) -> dt.date:
        """The day that chooses the rules."""
        return self.date or dt.date.min


H = TypeVar("H", bound=CaseHead)


def read_case(content: Mapping[str, Any], kind: type[H], parts: Iterable[type[msgspec.Struct]]) -> H:
    """Read a case file.

    Args:
        content: of the file.
        kind: what it is read into.
        parts: all structs that may stand in it, for the nearest spelling of a misspelt entry.

    Raises:
        ProcedureError: names the entry and a correction.
    """
    structs: list[type[msgspec.Struct]] = [kind, *parts]
    known = [field.encode_name for part in structs for field in msgspec.structs.fields(part)]
    refuse_typed(content)
    _refuse_machine_entries(content, known)
    try:
        case = from_builtins(dict(content), kind)
    except (msgspec.ValidationError, UnitError) as mistake:
        raise told(str(mistake), known) from None
    if case.date is None and case.rules is None:
        raise ProcedureError(
            "case.date",
            "The case has no date, so nobody can say which rules were in force.",
            'Add the day of the test, date = 2026-11-21, or name the table, rules = "id".',
        )
    return case


def _refuse_machine_entries(content: Mapping[str, Any], known: Sequence[str], path: str = "$") -> None:
    """`readings` and `faults` are written by a run, never by a person."""
    for name, value in content.items():
        if name in {"readings", "faults"}:
            raise told(f"unknown field `{name}` - at `{path}`", known)
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, Mapping):
                _refuse_machine_entries(row, known, f"{path}.{name}")


def conclude_case(
    case: CaseHead,
    rules: SubjectRules,
    sheets: Sequence[Sheet],
    judged: Sequence[Judged],
    notices: Sequence[Reason] = (),
) -> Conclusion:
    """Judge a case; a notice names the sections that a complete test has besides.

    Raises:
        ProcedureError: it has no observations, or two instruments of one id.
    """
    check_ids([sheet.id for sheet in sheets])
    phase = phase_of(rules, judged)
    if not phase.points:
        raise ProcedureError(
            "subjects.empty",
            "The case has no observations.",
            "Give at least one row of measurements; a filled-in example shows them.",
        )
    absent = [name for name in rules.order if name not in phase.verdict.sections]
    more = [Reason(code="sections_absent", facts={"sections": ", ".join(absent)})] if absent else []
    return concluded(phase, sheets, rules, on=case.date, notices=(*rules.notices(), *notices, *more))


S = TypeVar("S", bound=Sheet)
S_contra = TypeVar("S_contra", bound=Sheet, contravariant=True)


class Judge(Protocol[S_contra]):
    """What judges the sheets of one kind."""

    def points(self, sheets: Sequence[S_contra]) -> Sequence[Judged]:
        """All points of all instruments."""

    def notices(self, sheets: Sequence[S_contra]) -> Iterable[Reason]:
        """What is odd about the rows."""


@dataclass(frozen=True)
class OnPaper(Generic[S]):
    """The case files of one kind; `read` gives the case, its sheets, its rules, and what judges them."""

    read: Callable[[Mapping[str, Any]], tuple[CaseHead, Sequence[S], SubjectRules, Judge[S]]]

    def compute(self, content: Mapping[str, Any]) -> Conclusion:
        """Judge a case; a notice names the sections that a complete test has besides.

        Raises:
            ProcedureError: the file has a mistake, or no rules hold; names the entry and a correction.
        """
        case, sheets, rules, judge = self.read(content)
        return conclude_case(case, rules, sheets, judge.points(sheets), tuple(judge.notices(sheets)))

    def budgets(self, content: Mapping[str, Any]) -> tuple[PointBudget, ...]:
        """The uncertainty budget of each error of a case.

        Raises:
            ProcedureError: the file has a mistake, or no rules hold.
        """
        _, sheets, _, judge = self.read(content)
        return budgets_of(judge.points(sheets))
