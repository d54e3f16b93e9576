"""The weighing test with substitution loads: standards are laid on, exchanged for ballast, and laid on again.

All of it is one series: the ballast that stands is only known while it stands.
"""

from drivers.quantity import Quantity
from procedures.action import Exchange
from procedures.errors import ProcedureError
from procedures.point import Point
from procedures.run import Run
from procedures.scales.indication_error import plain
from procedures.scales.observation import Accuracy, Ballast
from procedures.scales.substitution import ballast_mass, least_standards
from procedures.scales.task import PlannedLoad, PlannedStage, ScaleTask
from procedures.scales.weighing import ScaleReader, Shown, place


def check_standards(task: ScaleTask, scatter: Point) -> None:
    """Refuse to go on when the standards are too small a share of Max for a scale that repeats like this.

    Args:
        task: with its stages.
        scatter: the range of the repeatability test.

    Raises:
        ProcedureError: says how much it takes.
    """
    rules = task.rules.substitution
    if rules is None:
        return
    worst = scatter.error if scatter.error is not None else (scatter.error_bounds or (None, None))[1]
    laid = max(one.load for stage in task.stages for one in stage.standards)
    last = task.scale.parts[-1]
    if worst is None:
        return
    least = least_standards(task.scale.capacity, last.e, worst, rules)
    if laid < least:
        raise ProcedureError(
            "scales.too_few_standards",
            "With results {range} apart it takes {least} of standard weights; there are {standards}.",
            "Bring more standard weights, or have the scale repaired.",
            range=str(worst),
            least=str(least),
            standards=str(laid),
        )


class Substitution:
    """Weighs the loads of each stage and keeps account of the ballast."""

    def __init__(self, run: Run, task: ScaleTask, reader: ScaleReader) -> None:
        """Begin without ballast."""
        self._run = run
        self._task = task
        self._reader = reader
        self._ballast = Quantity(0, task.scale.unit)
        self._exchanges = 0

    async def weigh(self, stage: PlannedStage, laid: PlannedLoad) -> tuple[Accuracy, Shown]:
        """Lay standards beside the ballast and find the error with small weights.

        Raises:
            ProcedureError: no reading was accepted, or the indication did not change.
        """
        total = PlannedLoad(load=plain(stage.ballast + laid.load), weights=laid.weights)
        how = place(laid, direction="up", unload_first=not self._exchanges and laid is stage.standards[0])
        shown = await self._reader.weigh((how,), total)
        found = await self._reader.changeover(shown, total)
        row = Accuracy(
            load=plain(self._ballast + laid.load),
            planned=total.load,
            indication=shown.indication,
            high_resolution=shown.reading.high_resolution,
            direction="up",
            substitutions=self._exchanges,
            readings=(shown.path,),
        )
        return found.on(row), shown

    async def exchange(self, stage: PlannedStage, error: Quantity) -> Ballast:
        """Have the standards that stand replaced by ballast, and find what it weighs.

        Raises:
            ProcedureError: no reading was accepted, or the indication did not change.
        """
        laid = stage.standards[-1]
        about = PlannedLoad(load=plain(stage.ballast + laid.load), weights=())
        how = Exchange(put=f"ballast {laid.load}", take=f"standards {laid.load}")
        shown = await self._reader.weigh((how,), about)
        found = await self._reader.changeover(shown, about)
        if found.added is None:
            raise _no_change(about.load)
        step = found.rise or self._task.scale.part_at(shown.indication).resolution
        self._ballast = ballast_mass(shown.indication, step, found.added, error)
        self._exchanges += 1
        row = Ballast(load=self._ballast, indication=shown.indication, readings=(shown.path,))
        return found.on(row)


def error_of(row: Accuracy, step: Quantity) -> Quantity:
    """E of a row that was found with small weights: with L for the error, P − E becomes P − (P − L).

    Raises:
        ProcedureError: the indication did not change.
    """
    if row.added is None:
        raise _no_change(row.load)
    return ballast_mass(row.indication, row.rise or step, row.added, row.load)


def _no_change(load: Quantity) -> ProcedureError:
    return ProcedureError(
        "scales.no_changeover",
        "At {load} the indication did not change with small weights, so the ballast cannot be weighed.",
        "Measure this point again; if it stays so, the scale sticks.",
        load=str(load),
    )
