"""Preparing a test of gas meters, the script, and the test on paper."""

import datetime as dt
from collections.abc import Sequence

from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.gas_meters.assessment import MODEL, Gas
from procedures.gas_meters.instrument import GasMeters
from procedures.gas_meters.rules import GasMeterRules, choose_rules
from procedures.outline import Formula, Outline
from procedures.point import Conclusion
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.sheet import Tested, read_plate
from procedures.throughput.complete_test import throughput_test
from procedures.throughput.judging import Judging
from procedures.throughput.task import PlannedFlow, ThroughputTask, outlined, prepared, ruled, steps_of

_STATES = ("temperature", "reference_temperature", "pressure", "reference_pressure")


class GasMeterTask(ThroughputTask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    uut: GasMeters
    rules: GasMeterRules

    @property
    def kind(self) -> Gas:
        """What judges its rows."""
        return Gas(self.uut, self.rules, self.activity)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> GasMeterTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    bare = ruled_task(assignment, on)
    return prepared(bare, bare.kind, assignment, standards, planned_steps)


def ruled_task(assignment: Assignment, on: dt.date) -> GasMeterTask:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_plate(assignment.uut, GasMeters)
    rules, digest = choose_rules(assignment.rules, on)
    kind = Gas(uut, rules, assignment.activity)
    return ruled(GasMeterTask, assignment, on, uut, kind=kind, digest=digest, steps=planned_steps)


def planned_steps(
    kind: Gas, flows: Sequence[PlannedFlow], runs: int, tested: Sequence[Tested]
) -> tuple[PlannedStep, ...]:
    """What is to come."""
    return steps_of(kind.rules.visual.at(kind.activity), kind.sections, flows, runs, tested)


async def gas_meters(run: Run, task: GasMeterTask) -> Conclusion:
    """Test all meters of the task together.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    return await throughput_test(run, task, Judging(task.kind), _STATES)


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the meters of an assignment; no standard is asked for.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    task = ruled_task(assignment, on)
    rules = task.rules
    weighting = f"Σ k e / Σ k, k = Q/Qmax ≤ {rules.weighting.share}, else {rules.weighting.total} − Q/Qmax"
    return outlined(
        task,
        rules,
        (
            Formula(name="accuracy", text=MODEL, citation=rules.limits_citation),
            Formula(name="weighted_mean", text=weighting, citation=rules.weighting.citation),
        ),
    )
