"""The test of water meters: inspection, starting flow, all runs at all flows; once more after an adjustment.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`.
"""

from procedures.adjustment import adjusted
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.run import Run
from procedures.water_meters.assessment import Judging
from procedures.water_meters.complete_test import CompleteTest
from procedures.water_meters.conclusion import conclude, observation_notices
from procedures.water_meters.task import WaterMeterTask


async def water_meters(run: Run, task: WaterMeterTask) -> Conclusion:
    """Test all meters of the task together; those that fail may be adjusted once, then all are tested again.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    first = CompleteTest(run, task)
    found = await first.whole()
    notices = _notices(first)
    deciding, left, as_found = first, found, None
    if found.verdict.outcome is Outcome.DOES_NOT_CONFORM and await adjusted(run, found):
        deciding = CompleteTest(run, task, prefix="as_left/")
        left, as_found = await deciding.whole(), found
        notices += _notices(deciding)
    return _concluded(task, deciding, left, notices, as_found)


def _concluded(
    task: WaterMeterTask,
    deciding: CompleteTest,
    phase: Phase,
    notices: tuple[Reason, ...],
    as_found: Phase | None,
) -> Conclusion:
    return conclude(
        phase,
        deciding.seen.meter,
        on=task.date,
        years=task.rules.validity_years,
        notices=(*task.notices, *notices),
        as_found=as_found,
    )


def _notices(test: CompleteTest) -> tuple[Reason, ...]:
    task = test.task
    judging = Judging(task.uut, task.rules, task.activity)
    return (*test.notices(), *observation_notices(judging, test.seen))
