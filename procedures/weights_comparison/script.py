"""The test of a set of weights: inspection, then weight by weight cycles on the comparator.

Every effect goes through the run, so the script can be replayed; every point follows from `assess`. Only the
weights that failed are adjusted and compared again; what was found on them is kept.
"""

import msgspec

from procedures.adjustment import adjusted
from procedures.point import Conclusion, Outcome, Phase
from procedures.run import Run
from procedures.weights_comparison.assessment import assess, subjects
from procedures.weights_comparison.conclusion import conclude, observation_notices
from procedures.weights_comparison.observation import Observations
from procedures.weights_comparison.session import Session
from procedures.weights_comparison.task import WeightsTask


async def weights(run: Run, task: WeightsTask) -> Conclusion:
    """Test a set; weights that fail may be adjusted once and are then tested again.

    Raises:
        ProcedureError: the test cannot go on as it stands; the run can be resumed.
    """
    first = Session(run, task)
    found = _phase(task, await first.whole(tuple(weight.id for weight in task.weights)))
    notices = first.notices()
    seen, deciding, as_found = first.seen, found, None
    if found.verdict.outcome is Outcome.DOES_NOT_CONFORM and await adjusted(run, found):
        names = _again(task, found)
        second = Session(run, task, prefix="as_left/")
        seen = _joined(seen, await second.whole(names), names)
        deciding, as_found = _phase(task, seen), found
        notices += second.notices()
    return conclude(
        task.judging,
        deciding,
        on=task.date,
        notices=(*task.notices, *notices, *observation_notices(task.judging, seen)),
        as_found=as_found,
    )


def _phase(task: WeightsTask, seen: Observations) -> Phase:
    return assess(task.judging, seen, required=task.rules.order)


def _again(task: WeightsTask, phase: Phase) -> tuple[str, ...]:
    """Marks of the weights that do not conform, and of those that shared a cycle with one."""
    failed = {one.id for one in subjects(task.judging, phase) if one.outcome is Outcome.DOES_NOT_CONFORM}
    return tuple(
        name for planned in task.comparisons if failed & set(planned.weights) for name in planned.weights
    )


def _joined(before: Observations, after: Observations, again: tuple[str, ...]) -> Observations:
    """The rows after an adjustment, and those of the weights that nobody touched."""
    kept = tuple(row for row in before.comparison if not set(row.weights) & set(again))
    return msgspec.structs.replace(after, comparison=(*kept, *after.comparison))
