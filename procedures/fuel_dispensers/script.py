"""The test of a dispenser: nozzle by nozzle, once more after an adjustment.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`.
"""

from procedures.adjustment import adjusted
from procedures.fuel_dispensers.complete_test import CompleteTest
from procedures.fuel_dispensers.conclusion import conclude, observation_notices
from procedures.fuel_dispensers.task import FuelDispenserTask
from procedures.point import Conclusion, Outcome
from procedures.run import Run


async def fuel_dispensers(run: Run, task: FuelDispenserTask) -> Conclusion:
    """Test all nozzles; when one fails the dispenser may be adjusted once, then all are tested again.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    test = CompleteTest(run, task)
    phase, as_found = await test.whole(), None
    notices = (*observation_notices(task.limits, test.seen), *test.reader.notices())
    if phase.verdict.outcome is Outcome.DOES_NOT_CONFORM and await adjusted(run, phase):
        test = CompleteTest(run, task, prefix="as_left/")
        as_found, phase = phase, await test.whole()
        notices += (*observation_notices(task.limits, test.seen), *test.reader.notices())
    return conclude(
        task.limits, phase, test.seen, on=task.date, notices=(*task.notices, *notices), as_found=as_found
    )
