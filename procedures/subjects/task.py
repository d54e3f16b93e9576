"""What the tasks of these tests share, and how a standard for them is found."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from drivers.quantity import Quantity
from procedures.assignment import Assignment, unnamed
from procedures.edition import PlannedStep
from procedures.point import Activity, Reason
from procedures.reference_standard import Use, choose_standard, relative_uncertainty
from procedures.standard import StandardUse, WorkingStandard
from procedures.standards_gate import standard_use
from procedures.subjects.sheet import Tested, check_ids


class SubjectTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a task that all share."""

    activity: Activity
    date: dt.date
    tested: tuple[Tested, ...]
    rules_digest: str
    steps: tuple[PlannedStep, ...]
    """what is to come; the labels are those of the points"""
    cupboard: tuple[WorkingStandard, ...]
    """the standards of the plan, with their corrections"""
    standards: tuple[StandardUse, ...]
    notices: tuple[Reason, ...]

    def standard(self, name: str) -> WorkingStandard:
        """A standard of the plan."""
        return next(one for one in self.cupboard if one.id == name)

    @property
    def planned(self) -> dict[str, str]:
        """Section by label of what a complete test has."""
        return {step.label: step.section for step in self.steps}


_Task = TypeVar("_Task", bound=SubjectTask)


def supplied(
    bare: _Task, used: Sequence[WorkingStandard], assignment: Assignment, **planned: object
) -> _Task:
    """A task as the rules have it, with the standards that were found for it and what was planned with them.

    Args:
        bare: the task without standards.
        used: the standards, each as often as it serves.
        assignment: what it does not name is said in the notices.
        planned: fields of the task that the standards decided.
    """
    cupboard = distinct(used)
    return msgspec.structs.replace(
        bare,
        **planned,
        cupboard=cupboard,
        standards=tuple(standard_use(one) for one in cupboard),
        notices=(*unnamed(assignment), *bare.notices),
    )


def plan(task: SubjectTask) -> tuple[PlannedStep, ...]:
    """What is to come, in order."""
    return task.steps


def standards_used(task: SubjectTask) -> tuple[StandardUse, ...]:
    """The standards of the plan."""
    return task.standards


def tested_of(given: Sequence[Tested], assignment: Assignment) -> tuple[Tested, ...]:
    """The instruments of an order; where none is listed, one with the identity of the order.

    Raises:
        ProcedureError: they cannot be told apart.
    """
    check_ids([one.id for one in given])
    return tuple(given) or (Tested(id="1", serial=assignment.identity.serial),)


def planned_standard(
    cupboard: Sequence[WorkingStandard],
    assignment: Assignment,
    use: Use,
    on: dt.date,
    fits: Callable[[WorkingStandard], bool] = lambda _: True,
) -> tuple[WorkingStandard, Quantity]:
    """A standard for one point and its expanded uncertainty (k = 2) there, in percent.

    Args:
        cupboard: all standards at hand.
        assignment: may name some.
        use: what it is for, and the most that its uncertainty may be.
        on: the day of the test.
        fits: what else must be so.

    Raises:
        StandardError: none will do; names what would.
    """
    chosen = choose_standard(cupboard, assignment.standards, use, on, fits=fits)
    return chosen, relative_uncertainty(chosen, use.at) or use.limit  # the gate refuses one without


def measures(*dimensions: str) -> Callable[[WorkingStandard], bool]:
    """Whether the figures of a standard are of these dimensions: a gas meter is no energy meter."""

    def fits(standard: WorkingStandard) -> bool:
        figures = (standard.nominal, standard.value, standard.lowest, standard.highest)
        given = [one for one in (*figures, *(line.at for line in standard.corrections)) if one is not None]
        return all(one.dimension in dimensions for one in given)

    return fits


def distinct(standards: Sequence[WorkingStandard]) -> tuple[WorkingStandard, ...]:
    """Each standard once, in the order in which it is first used."""
    return tuple({one.id: one for one in standards}.values())
