"""The test of a scale, step by step: zero, eccentricity, weighing up and down, repeatability, discrimination.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`, so the
script decides nothing itself. One prompt a reading: who places a load has asked for its reading.
"""

from procedures.adjustment import adjusted
from procedures.point import Conclusion, Outcome, Phase, Reason
from procedures.run import Run
from procedures.scales.complete_test import CompleteTest
from procedures.scales.conclusion import conclude, observation_notices
from procedures.scales.task import ScaleTask


async def scales(run: Run, task: ScaleTask) -> Conclusion:
    """Test a scale; one that fails may be adjusted once and is then tested again from the beginning.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    first = CompleteTest(run, task)
    found = await first.whole()
    notices = _notices(first, found)
    if found.verdict.outcome is not Outcome.DOES_NOT_CONFORM or not await adjusted(run, found):
        return conclude(found, on=task.date, years=task.rules.validity_years, notices=notices)
    second = CompleteTest(run, task, prefix="as_left/")
    left = await second.whole()
    return conclude(
        left,
        on=task.date,
        years=task.rules.validity_years,
        notices=(*notices, *_notices(second, left)),
        as_found=found,
    )


def _notices(test: CompleteTest, found: Phase) -> tuple[Reason, ...]:
    return (*test.task.notices, *observation_notices(test.basis), *test.notices(found))
