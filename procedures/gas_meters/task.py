"""Preparing a test of gas meters, the script, and the test on paper."""

import datetime as dt

from procedures.assignment import Assignment
from procedures.gas_meters.assessment import MODEL, Gas
from procedures.gas_meters.instrument import GasMeters
from procedures.gas_meters.rules import GasMeterRules, choose_rules
from procedures.outline import Formula, Outline
from procedures.point import Conclusion
from procedures.run import Run
from procedures.standard import WorkingStandard
from procedures.subjects.sheet import read_plate
from procedures.subjects.task import supplied, tested_of
from procedures.throughput.complete_test import throughput_test
from procedures.throughput.judging import Judging
from procedures.throughput.task import ThroughputTask, outlined, planned_flows, steps_of, with_standards

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
    flows, used = with_standards(bare, bare.rules, assignment, standards)
    return supplied(bare, used, assignment, flows=flows)


def ruled_task(assignment: Assignment, on: dt.date) -> GasMeterTask:
    """The task as rules and data plate have it, before anybody looks for a standard.

    Raises:
        ProcedureError: the marks or the rules will not do.
    """
    uut = read_plate(assignment.uut, GasMeters)
    rules, digest = choose_rules(assignment.rules, on)
    kind = Gas(uut, rules, assignment.activity)
    tested = tested_of(uut.meters, assignment)
    flows = tuple(planned_flows(kind))
    runs = max(uut.repeats or 0, rules.runs)
    return GasMeterTask(
        activity=assignment.activity,
        date=on,
        tested=tested,
        rules_digest=digest,
        steps=steps_of(rules, kind.sections, flows, runs, tested),
        cupboard=(),
        standards=(),
        notices=rules.notices(),
        method=uut.method,
        flows=flows,
        runs=runs,
        uut=uut,
        rules=rules,
    )


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
