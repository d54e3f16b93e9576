"""A procedure as it is found, prepared, planned and run."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment
from procedures.explanation import Budgets, no_budgets
from procedures.outline import Outline
from procedures.point import Conclusion
from procedures.run import Run
from procedures.standard import StandardUse, WorkingStandard

T = TypeVar("T")


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table of what is to come."""

    section: str
    label: str
    """the label of the point that it will give"""
    load: Quantity | None = None
    position: str = ""


@dataclass(frozen=True)
class Reads:
    """The roles whose instruments a script reads or tells something; every other role is read by eye."""

    always: tuple[str, ...]
    """`meter` stands for `meter/1`, `meter/2`"""
    by_method: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """what only one method of the test reads besides"""
    method: str = ""
    """which method it is where an assignment names none"""

    def of(self, uut: Mapping[str, Any]) -> tuple[str, ...]:
        """The roles for one instrument, by the entry `[uut]` of its assignment.

        >>> Reads(("flow",), {"master": ("master",), "gravimetric": ("scale",)}, "master").of({})
        ('flow', 'master')
        """
        return (*self.always, *self.by_method.get(str(uut.get("method", self.method)), ()))


@dataclass(frozen=True, kw_only=True)
class Procedure(Generic[T]):
    """A released procedure."""

    id: str
    """`scales`"""
    edition: str
    """counts up with every change that can change a verdict or its evidence"""
    task: type[T]
    """a frozen struct: all that the script needs; the journal keeps it, so a resume needs nothing else"""
    prepare: Callable[[Assignment, date, tuple[WorkingStandard, ...]], T]
    """checks the assignment, chooses rules, passes the standards gate; raises ProcedureError"""
    script: Callable[[Run, T], Coroutine[Any, Any, Conclusion]]
    plan: Callable[[T], tuple[PlannedStep, ...]]
    standards_used: Callable[[T], tuple[StandardUse, ...]]
    compute: Callable[[dict[str, Any]], Conclusion]
    """from a case file's content to the conclusion: the same pure code as the script"""
    example_case: str
    """a filled-in case file"""
    budgets: Budgets = no_budgets
    """from a case file's content to the uncertainty budget of each point: `tera compute --explain`"""
    outline: Callable[[Assignment, date], Outline] | None = None
    """the test of an instrument before anything is touched, standards not asked for; raises ProcedureError"""
    roles: tuple[str, ...] = ("uut",)
    """the instruments that a run needs, by their role in the laboratory file"""
    reads: Reads | None = None
    """whose instruments must answer before a run begins; None: all that the laboratory has"""
    resume_within_s: int = 4 * 3600
    """after a longer break the run is closed as interrupted"""
    rechecks: Mapping[str, int] = field(default_factory=dict)
    """what is checked again before a resumed run goes on, and after how many seconds of break: `zero`,
    `warm_up`, `environment`; series that were broken off are done again in any case"""
