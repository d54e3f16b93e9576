"""Discrimination: from the lower edge of a step, 1.4 d must raise the indication by one d.

Ten weights of 0.1 d are laid beside the load and taken off one by one until the indication falls, the last
one is put back, and then 1.4 d are laid on. Coming down first, the test also shows friction and hysteresis;
laid on wherever the indication stands within its step, 1.4 d may move a scale whose bearings rub. Where
nothing makes 0.1 d, that is all that can be done, and the result says so. d is the step by which the
indication rises next: at the end of a partial range that of the next one.

Source: OIML R 76-1:2006, 3.8 and A.4.8.2.
"""

from typing import Final

from drivers.quantity import Quantity
from drivers.reading import Origin, Stability
from procedures.action import AddSmallWeights, Choice, Choose, FindEdge
from procedures.run import Run
from procedures.scales.indication_error import plain
from procedures.scales.observation import Discriminated
from procedures.scales.task import PlannedLoad, ScaleTask
from procedures.scales.weighing import UUT, ScaleReader, Shown, place
from procedures.scales.wishes import EDGE_STEP_D, EDGE_WEIGHTS

_ATTEMPTS: Final = 5
_EVERY_S: Final = 0.2
"""a person who takes weights off looks at the display about so often"""


class Discrimination:
    """One row of the sheet for each load."""

    def __init__(self, run: Run, task: ScaleTask, reader: ScaleReader) -> None:
        """Take the world, what to do, and who reads the scale."""
        self._run = run
        self._task = task
        self._reader = reader

    async def row(self, planned: PlannedLoad) -> Discriminated:
        """Have the load placed, 1.4 d laid on, and both indications read."""
        if self._task.from_edge:
            before, edge = await self._from_edge(planned)
        else:
            before, edge = await self._reader.weigh((place(planned, unload_first=True),), planned), None
        rise = self._reader.rise(before.indication, planned)
        extra = plain(rise * self._task.rules.discrimination.extra_d)
        total = extra if edge is None else None
        await self._run.instruct(AddSmallWeights(step=extra, total=total))
        after = await self._reader.read(before.indication, planned)
        return Discriminated(
            load=planned.load,
            indication=before.indication,
            extra=extra,
            after=after.indication,
            edge=edge,
            range=planned.range,
            readings=(before.path, after.path),
        )

    async def _from_edge(self, planned: PlannedLoad) -> tuple[Shown, bool]:
        """The indication with all small weights, and whether it was seen to fall from there.

        Where it was not, the indication after they were taken off: from there 1.4 d still have to be noticed.
        """
        small = plain(self._reader.rise(planned.load, planned) * EDGE_STEP_D)
        laid = AddSmallWeights(step=small, total=plain(small * EDGE_WEIGHTS), count=EDGE_WEIGHTS)
        for _ in range(_ATTEMPTS):
            before = await self._reader.weigh((place(planned, unload_first=True), laid), planned)
            step = self._reader.step(before.indication, planned)
            if await self._fell(before, small, step):
                return before, True
            facts = {"indication": str(before.indication), "fallen": str(before.indication - step)}
            question = Choose(question="edge_not_seen", choices=("measure_again", "record"), facts=facts)
            if await self._run.ask(question) == Choice("record"):
                break
        return await self._reader.read(planned.load, planned), False

    async def _fell(self, before: Shown, small: Quantity, step: Quantity) -> bool:
        """Whether the indication, at rest, was lower by a step while weights were taken off."""
        fallen = before.indication - step
        if before.reading.origin is Origin.MANUAL:
            facts = {
                "count": str(EDGE_WEIGHTS),
                "step": str(small),
                "indication": str(before.indication),
                "fallen": str(fallen),
            }
            question = Choose(question="find_edge", choices=("did_not_fall", "fell"), facts=facts)
            return await self._run.ask(question) == Choice("fell")
        action = FindEdge(step=small, count=EDGE_WEIGHTS, interval=step)
        seen = await self._run.watched((UUT,), action, every_s=_EVERY_S)
        return any(
            reading.indication <= fallen and reading.stability is not Stability.MOVING
            for reading in seen[UUT].during
        )
