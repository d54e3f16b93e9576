"""A test of several instruments while it runs: their sheets, checked readings, and the points as they fall.

Every effect goes through the run, so the script can be replayed. What a person mistyped may be keyed again a
few times; then the run stops and can be resumed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from drivers.quantity import Quantity
from drivers.reading import Origin, Reading, Stability
from procedures.action import Keyed, KeyQuantity
from procedures.adjustment import adjusted
from procedures.answers import chosen, inspected, no_choice
from procedures.errors import ProcedureError
from procedures.meters.register import Shown, read_register
from procedures.point import Outcome, Phase, Reason
from procedures.run import Run, Watched
from procedures.subjects.judging import Judged
from procedures.subjects.sheet import Sheet, Tested
from procedures.surroundings import State, Surroundings

_ATTEMPTS: Final = 3
S = TypeVar("S", bound=Sheet)


@dataclass
class Session(Generic[S]):
    """One complete test in one state."""

    run: Run
    sheets: dict[str, S]
    judge: Callable[[Sequence[S]], Sequence[Judged]]
    """all points of the sheets as they stand"""
    prefix: str = ""
    """before the names of all series: `as_left/`"""
    keyed: int = 0
    inferred: int = 0
    _reported: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """The states of this test are taken by the same run."""
        self._around = Surroundings(self.run)

    @property
    def seen(self) -> tuple[S, ...]:
        """All sheets as they stand."""
        return tuple(self.sheets.values())

    def change(self, subject: str, **changes: object) -> None:
        """Put something into the sheet of one instrument."""
        self.sheets[subject] = msgspec.structs.replace(self.sheets[subject], **changes)

    async def visual(self, tested: Sequence[Tested], items: tuple[str, ...]) -> None:
        """Have each instrument looked at.

        Raises:
            ProcedureError: an answer names no line of the checklist.
        """
        async with self.run.series(f"{self.prefix}visual"):
            for one in tested:
                async with self.run.step(one.id):
                    name = f"{one.id} {one.serial}".rstrip() if len(tested) > 1 else ""
                    self.change(one.id, visual=await inspected(self.run, items, name))
                    await self.report("visual")

    async def reading(
        self, role: str, step: Quantity, *, channel: str | None = None, least: Quantity | None = None
    ) -> tuple[Quantity, str]:
        """What an instrument shows at rest, or a person reads, and where the reading is kept.

        Args:
            role: whose.
            step: the smallest step; says the dimension too.
            channel: which quantity of the instrument.
            least: what a register showed before.

        Raises:
            ProcedureError: it is of another dimension, or runs backwards.
        """
        for _ in range(_ATTEMPTS):
            found = await self.run.settled(role, step=step, channel=channel)
            shown = found.indication
            if shown.dimension == step.dimension and (least is None or shown >= least):
                self._noted(found)
                return shown, self.run.path()
        raise ProcedureError(
            "subjects.reading",
            "The reading of {role} is no quantity in {unit} that can follow {before}.",
            "Take it again with its unit, or check which instrument has this role.",
            role=role,
            unit=step.unit,
            before=str(least if least is not None else "—"),
        )

    async def state(self, role: str, state: State) -> tuple[Quantity, str]:
        """A state of room, liquid or gas, and where its reading is kept; see `Surroundings.taken`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        found = await self._around.taken(role, state)
        self._noted(found)
        return found.indication, self.run.path()

    async def logged(self, role: str, seen: Watched, state: State) -> tuple[Reading, ...]:
        """The log of a state; see `Surroundings.logged`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        return await self._around.logged(role, seen, state)

    async def register(
        self,
        role: str,
        step: Quantity,
        *,
        planned: Quantity,
        pulse: Quantity | None = None,
        start: Shown | None = None,
    ) -> Shown:
        """A register or counter at rest; see `read_register`.

        Raises:
            ProcedureError: it cannot be what it should be.
        """
        shown, reading = await read_register(self.run, role, step, planned=planned, pulse=pulse, start=start)
        self._noted(reading)
        return shown

    async def key(
        self, question: str, step: Quantity, *, least: Quantity | None = None, **facts: str
    ) -> Quantity:
        """A quantity that a person keys; what cannot be is asked for again.

        Raises:
            ProcedureError: the answer is none, of another dimension, or below the least that can be.
        """
        asked = KeyQuantity(question=question, unit=step.unit, step=step, facts=facts)
        for _ in range(_ATTEMPTS):
            answer = await self.run.ask(asked)
            if (
                isinstance(answer, Keyed)
                and answer.quantity.dimension == step.dimension
                and (least is None or answer.quantity >= least)
            ):
                self.keyed += 1
                return answer.quantity
        raise no_choice(question, (step.unit,))

    async def chosen(self, question: str, choices: tuple[str, ...], **facts: str) -> str:
        """One of the choices.

        Raises:
            ProcedureError: the answer is none of them.
        """
        return await chosen(self.run, question, choices, **facts)

    def noted(self, readings: Sequence[Reading]) -> None:
        """Count readings that were logged."""
        for one in readings:
            self._noted(one)

    async def report(self, *sections: str) -> None:
        """Report the points of these sections that were not reported yet."""
        for one in self.judge(self.seen):
            point = one.point
            if point.section in sections and point.label not in self._reported:
                self._reported.add(point.label)
                await self.run.report(point)

    def notices(self) -> tuple[Reason, ...]:
        """What the reader of the result must know about the readings."""
        counts = {"manual_readings": self.keyed, "stability_inferred": self.inferred}
        told = tuple(Reason(code=code, facts={"count": str(n)}) for code, n in counts.items() if n)
        return (*self._around.notices(), *told)

    def _noted(self, reading: Reading) -> None:
        if reading.origin is Origin.MANUAL:
            self.keyed += 1
        elif reading.stability is Stability.NOT_REPORTED:
            self.inferred += 1


class Test(Protocol):
    """One complete test in one state; it is carried out once."""

    async def whole(self) -> Phase:
        """Carry out all sections."""

    def notices(self) -> tuple[Reason, ...]:
        """What the reader must know about it."""

    def sheets(self) -> Sequence[Sheet]:
        """Of all instruments."""


async def found_and_left(
    run: Run, begin: Callable[[str], Test]
) -> tuple[Phase, Sequence[Sheet], tuple[Reason, ...], Phase | None]:
    """Test all instruments; those that fail may be adjusted once, then all are tested again.

    Returns:
        The deciding phase, its sheets, the notices of both tests, and the phase before an adjustment.
    """
    first = begin("")
    found = await first.whole()
    if found.verdict.outcome is not Outcome.DOES_NOT_CONFORM or not await adjusted(run, found):
        return found, first.sheets(), first.notices(), None
    second = begin("as_left/")
    left = await second.whole()
    return left, second.sheets(), (*first.notices(), *second.notices()), found
