"""The ports between an instrument in use and its line: a line that can be opened, and a talk over it."""

from typing import Protocol

from drivers.instrument import Command
from drivers.protocols import Acknowledged


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
