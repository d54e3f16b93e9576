"""The ports between an instrument in use and its line: a line that can be opened, and a talk over it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from drivers.errors import InstrumentError
from drivers.instrument import Command
from drivers.protocols import Acknowledged, Event
from drivers.protocols.inquiry import Inquiry


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event with the times at which it came."""

    event: Event
    begun: float
    """clock time of its request, or of its first byte when the instrument streams"""
    at: float
    """clock time of its last byte"""
    at_utc: datetime


class Openable(Protocol):
    """Whatever can be opened and given back: a whole line, or one place on a shared one."""

    @property
    def name(self) -> str:
        """The port as the laboratory writes it."""

    async def open(self) -> None:
        """Take it.

        Raises:
            LinkLostError: not there, in use by another program, or refused.
        """

    async def close(self) -> None:
        """Give it back; closing twice is harmless."""


class Talk(Protocol):
    """One driver's side of one line, whoever owns the line."""

    high_resolution: bool
    """whether the next request asks for the extended display"""

    @property
    def last_byte_at(self) -> float:
        """Clock time of the last byte of any kind."""

    @property
    def skipped(self) -> int:
        """Bytes thrown away so far because they belong to no frame."""

    @property
    def patience_s(self) -> float:
        """How long a sound instrument may take until its next answer is told."""

    async def ready(self, *, wanted: bool = False) -> None:
        """Wait for the line.

        Args:
            wanted: somebody waits for a reading, so have the instrument asked at once.

        Raises:
            LinkLostError: it cannot be opened.
            InstrumentError: the talk is over.
        """

    async def run(self) -> None:
        """Talk until cancelled, whenever the line is there."""

    def end(self) -> None:
        """Tell everybody who waits that the talk is over; `run` is cancelled next."""

    async def command(self, name: str, command: Command) -> Acknowledged | None:
        """Send a declared command and wait for its last answer; None where the instrument gives none.

        Raises:
            InstrumentError: refused, or not answered.
            LinkLostError: the line is gone.
        """


@runtime_checkable
class Inquirer(Protocol):
    """A talk with an instrument that can be asked of itself."""

    async def inquire(self, inquiry: Inquiry) -> bytes:
        """What an instrument answers; empty when it does not know the question.

        Raises:
            InstrumentError: it cannot tell now, or does not answer.
            LinkLostError: the line is gone.
        """


async def asked_twice(ask: Callable[[], Awaitable[bytes | InstrumentError]]) -> bytes:
    """The first answer that tells something: one lost answer may be noise, the second in a row is told.

    Raises:
        InstrumentError: what the second question came to.
    """
    answer = await ask()
    if isinstance(answer, InstrumentError) or not answer:
        answer = await ask()
    if isinstance(answer, InstrumentError):
        raise answer
    return answer
