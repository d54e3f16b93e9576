"""Hands for a twin: what an instruction asks for is done to the simulated scale, then the operator is asked.

Without an inner operator the hands answer by themselves: the headless demonstration. Whatever a twin gave is
TRAINING; the hands change nothing about that.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final

from bench.operator import Operator, Prompt
from drivers.quantity import Quantity
from drivers.twins.hands import ScaleHands
from procedures.action import (
    Action,
    AddSmallWeights,
    Adjust,
    Answer,
    Choice,
    Choose,
    ClearTare,
    Done,
    Exchange,
    FindEdge,
    Inspect,
    PlaceLoad,
    PlaceWeight,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
    SetZero,
)

_TRIES: Final = 3
"""how often a twin that did not answer is asked again: a busy computer may be late"""
_PRESSES: Final = 20
_BETWEEN_PRESSES_S: Final = 0.25


class AutomaticOperator:
    """Agrees with everything that a demonstration asks; only for twins, whose hands do the work."""

    def __init__(self) -> None:
        """Begin without any trouble."""
        self._troubles: Counter[str] = Counter()

    async def answer(self, prompt: Prompt) -> Answer:
        """Answer as a penera would on a faultless morning."""
        match prompt.action:
            case Inspect():
                return Choice("conforms")
            case Choose(question="instrument_trouble") if self._troubles[prompt.id] < _TRIES:
                self._troubles[prompt.id] += 1
                return Choice("try_again")
            case Choose():
                return Choice(prompt.action.choices[-1])
            case _:
                return Done()


class TwinHands:
    """Moves loads on a twin before the operator is asked."""

    def __init__(self, twin: ScaleHands, operator: Operator) -> None:
        """Take the twin, and who decides."""
        self._twin = twin
        self._operator = operator
        self._standing: Quantity | None = None
        self._beside: Quantity | None = None
        """a tare load or ballast, which stands under the loads"""
        self._tared = False
        self._tested: set[str] = set()
        self._adjusted: set[str] = set()

    async def answer(self, prompt: Prompt) -> Answer:
        """Do it, then let the operator answer."""
        await self._obey(prompt.action)
        return await self._operator.answer(prompt)

    async def _obey(self, action: Action) -> None:  # noqa: C901, PLR0912 - one branch an action
        twin = self._twin
        match action:
            case PlaceLoad():
                if action.unload_first and not self._tared:
                    self._beside = None
                self._place(action.load, action.position)
            case PlaceWeight():
                self._compare(action)
            case RemoveLoad():
                self._empty()
            case AddSmallWeights():
                for _ in range(action.count):
                    twin.add(action.step)
            case FindEdge():
                await self._find_edge(action)
            case RemoveSmallWeights():
                twin.remove_small()
            case Exchange():
                self._exchange()
            case SetZero():
                self._empty()  # in a retake something may stand there still
                await self._press(twin.zero)
            case SetTare():
                self._empty()
                self._place(action.load, "centre")
                await self._press(twin.tare)
                self._standing, self._beside, self._tared = None, action.load, True
            case ClearTare():
                self._empty()
                twin.clear_tare()
            case Adjust():
                twin.adjust()
                self._adjusted |= self._tested
            case _:
                pass

    async def _find_edge(self, action: FindEdge) -> None:
        """Take small weights off until the display falls by a step; all of them from one that sticks."""
        before = await self._twin.watched()
        for _ in range(action.count):
            self._twin.take_small()
            shown = await self._twin.watched()
            if before is not None and shown is not None and shown <= before - action.interval:
                self._twin.add(action.step)
                return

    def _compare(self, action: PlaceWeight) -> None:
        """A weight weighs its nominal mass and what it is above it; nothing more once it was adjusted."""
        tested = action.side == "tested"
        mark = action.weight if tested else f"{action.weight} {action.nominal}"
        if tested:
            self._tested.add(mark)
        mass = action.nominal
        if mark not in self._adjusted:
            mass += self._twin.above_nominal(mark)
        if action.small is not None:
            mass += action.small
        self._place(mass, "centre")

    async def _press(self, key: Callable[[], bool]) -> None:
        """Press a key as a person does: again when the scale, still moving, did not take it."""
        for _ in range(_PRESSES):
            if key():
                return
            await asyncio.sleep(_BETWEEN_PRESSES_S)

    def _place(self, load: Quantity, position: str) -> None:
        self._standing = load
        self._twin.place(load, position, beside=self._beside)

    def _empty(self) -> None:
        self._standing, self._beside, self._tared = None, None, False
        self._twin.remove()

    def _exchange(self) -> None:
        """Ballast takes the place of the standards that stand beside the ballast of earlier exchanges."""
        if self._standing is None:
            return
        found = self._twin.ballast_for(self._standing)
        self._beside = found if self._beside is None else self._beside + found
        self._standing = None
        self._twin.place(self._beside)
