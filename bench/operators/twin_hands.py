"""Hands for a twin: what an instruction asks for is done to the simulated scale, then the operator is asked.

Without an inner operator the hands answer by themselves: the headless demonstration. Whatever a twin gave is
TRAINING; the hands change nothing about that.
"""

import asyncio
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
    Inspect,
    PlaceLoad,
    PlaceWeight,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
    SetZero,
)

_PRESSES: Final = 20
_BETWEEN_PRESSES_S: Final = 0.25


class AutomaticOperator:
    """Agrees with everything that a demonstration asks; only for twins, whose hands do the work."""

    async def answer(self, prompt: Prompt) -> Answer:
        """Answer as a penera would on a faultless morning."""
        match prompt.action:
            case Inspect():
                return Choice("conforms")
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
        self._standing: tuple[Quantity, str] | None = None
        self._tested: set[str] = set()
        self._adjusted: set[str] = set()

    async def answer(self, prompt: Prompt) -> Answer:
        """Do it, then let the operator answer."""
        await self._obey(prompt.action)
        return await self._operator.answer(prompt)

    async def _obey(self, action: Action) -> None:  # noqa: C901 - one branch an action
        twin = self._twin
        match action:
            case PlaceLoad():
                self._place(action.load, action.position)
            case PlaceWeight():
                self._compare(action)
            case RemoveLoad():
                self._standing = None
                twin.remove()
            case AddSmallWeights():
                twin.add(action.step)
            case RemoveSmallWeights():
                if self._standing is None:
                    twin.remove()
                else:
                    twin.place(*self._standing)
            case SetZero():
                self._standing = None  # in a retake something may stand there still
                twin.remove()
                await self._press(twin.zero)
            case SetTare():
                self._place(action.load, "centre")
                await self._press(twin.tare)
            case ClearTare():
                self._standing = None
                twin.remove()
                twin.clear_tare()
            case Adjust():
                twin.adjust()
                self._adjusted |= self._tested
            case _:
                pass

    def _compare(self, action: PlaceWeight) -> None:
        """A weight weighs its nominal mass and what it is above it; nothing more once it was adjusted."""
        tested = action.side == "tested"
        mark = action.weight if tested else f"{action.weight} {action.nominal}"
        if tested:
            self._tested.add(mark)
        mass = action.nominal
        if mark not in self._adjusted:
            mass += self._twin.above_nominal(mark)
        self._place(mass, "centre")

    async def _press(self, key: Callable[[], bool]) -> None:
        """Press a key as a person does: again when the scale, still moving, did not take it."""
        for _ in range(_PRESSES):
            if key():
                return
            await asyncio.sleep(_BETWEEN_PRESSES_S)

    def _place(self, load: Quantity, position: str) -> None:
        self._standing = (load, position)
        self._twin.place(load, position)
