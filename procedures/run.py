"""The port between a script and the world: everything a procedure may do is a method of `Run`.

The same script therefore runs on instruments, on twins, headless, in the TUI, from a journal and from an
archived record. A script must be a pure function of what these methods return: same answers, same path.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import msgspec

from drivers.quantity import Quantity
from drivers.reading import Reading
from procedures.action import Answer, Instruction, Question
from procedures.point import Point


class Watched(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one instrument showed before, during and after an action."""

    start: Reading | None = None
    """fresh, before the action was asked for; None: no port, a person keyed once: see `Run.watched`"""
    during: tuple[Reading, ...] = ()
    """oldest first; of an instrument without a port the one that was keyed"""
    end: Reading | None = None
    """fresh, after the action; None as above"""


class Run(Protocol):
    """Effects, each journaled under its path before its result is handed back."""

    def series(self, name: str) -> AbstractAsyncContextManager[None]:
        """The unit of resumption: broken off by a crash, it is kept as abandoned and done again whole."""

    def step(self, label: str) -> AbstractAsyncContextManager[None]:
        """The unit of a retake: a person may ask for a finished or running step again, with a reason.

        The last answer alone may be asked again too, while nothing was instructed since.
        """

    async def settled(
        self,
        role: str,
        *,
        expect: Quantity | None = None,
        high_resolution: bool = False,
        channel: str | None = None,
        step: Quantity | None = None,
    ) -> Reading:
        """A reading at rest: by the instrument's flag and by the span over time.

        A role that no instrument of the laboratory has is read by eye: a person keys what `meter/3` shows.

        Args:
            role: which instrument, by its role in the test: `"uut"`.
            expect: about what it should show; for the screen and for the question to a person without a port.
            high_resolution: ask for the extended display.
            channel: which quantity of the instrument; None: its main one.
            step: one scale interval, for the + and − keys where a person reads by eye.
        """

    async def watched(
        self,
        roles: Sequence[str],
        action: Instruction,
        *,
        steps: Mapping[str, Quantity] | None = None,
        every_s: float = 1.0,
    ) -> dict[str, Watched]:
        """Have a person or the plant do something while these instruments are read.

        What has no port a person reads once: in the middle of a delivery, which is then asked for in two
        halves, and of anything else when it is over.

        Args:
            roles: each a role, or `role:channel` for another quantity than the main one; no two alike.
            action: what is to be done.
            steps: one scale interval by role, for the unit and the + and − keys where a person reads by eye.
            every_s: least time between two readings that are kept of one instrument.
        """

    async def instruct(self, action: Instruction) -> None:
        """Have a person or a handler do something; returns when it is done."""

    async def ask(self, question: Question) -> Answer:
        """Ask a person; returns the answer."""

    async def offered(self, role: str) -> tuple[str, ...] | None:
        """The commands that the instrument of a role takes; None: it has no port, and a person reads it."""

    async def act(self, role: str, command: str, **numbers: Decimal) -> None:
        """Send a declared command to an instrument; `numbers` are those that it takes, by name."""

    async def now(self) -> datetime:
        """The wall time, journaled, with its offset."""

    async def report(self, point: Point) -> None:
        """Say that a point is decided; on replay the same point must come out."""

    def path(self) -> str:
        """The path of the last reading taken in this step, as evidence for a point."""
