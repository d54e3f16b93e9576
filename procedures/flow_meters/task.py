"""Preparing a test of flow meters, the script, and the test on paper."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from procedures.assignment import Assignment
from procedures.edition import PlannedStep
from procedures.flow_meters.assessment import CLEAR, MODEL, Flow
from procedures.flow_meters.instrument import FlowMeters
from procedures.flow_meters.rules import FlowMeterRules, choose_rules
from procedures.outline import Formula, Outline
from procedures.point import Conclusion
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.sheet import Tested, read_plate
from procedures.throughput.complete_test import throughput_test
from procedures.throughput.judging import Judging
from procedures.throughput.task import (
    PlannedFlow,
    ThroughputTask,
    outlined,
    prepared,
    ruled,
    steps_of,
)

_STATES: Final = {"master": ("temperature", "reference_temperature"), "volumetric": ("temperature",)}


class FlowMeterTask(ThroughputTask, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the script needs."""

    uut: FlowMeters
    rules: FlowMeterRules

    @property
    def kind(self) -> Flow:
        """What judges its rows."""
        return Flow(self.uut, self.rules, self.activity)


def prepare(assignment: Assignment, on: dt.date, standards: tuple[WorkingStandard, ...]) -> FlowMeterTask:
    """Turn an assignment into a task.

    Raises:
        ProcedureError: the marks or the rules will not do.
        StandardError: the standards will not do.
    """
    bare = ruled_task(assignment, on)
    return prepared(bare, bare.kind, assignment, standards, planned_steps)


def ruled_task(assignment: Assignment, on: dt.date) -> FlowMeterTask:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_plate(assignment.uut, FlowMeters)
    rules, digest = choose_rules(assignment.rules, on)
    kind = Flow(uut, rules, assignment.activity)
    return ruled(FlowMeterTask, assignment, on, uut, kind=kind, digest=digest, steps=planned_steps)


def planned_steps(
    kind: Flow, flows: Sequence[PlannedFlow], runs: int, tested: Sequence[Tested]
) -> tuple[PlannedStep, ...]:
    """What is to come; the range of repeats has a point a flow."""
    steps = steps_of(
        kind.rules.visual.at(kind.activity),
        [name for name in kind.sections if name != "repeatability"],
        flows,
        runs,
        tested,
    )
    if "repeatability" not in kind.sections or runs == 1:
        return steps
    ranges = [
        PlannedStep(section="repeatability", label=f"repeatability/{one.id}/{flow.name}")
        for one in tested
        for flow in flows
        if Fraction(flow.volume.to("L").value) >= kind.repeated * CLEAR
    ]
    return (*steps, *ranges)


async def flow_meters(run: Run, task: FlowMeterTask) -> Conclusion:
    """Test all meters of the task together.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    return await throughput_test(run, task, Judging(task.kind), _STATES[task.method])


def outline(assignment: Assignment, on: dt.date) -> Outline:
    """The test of the meters of an assignment; no standard is asked for.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    task = ruled_task(assignment, on)
    rules = task.rules
    largest = "max E − min E"
    return outlined(
        task,
        rules,
        (
            Formula(name="accuracy", text=MODEL, citation=rules.limits_citation),
            Formula(name="repeatability", text=largest, citation=rules.repeatability_citation),
        ),
    )
