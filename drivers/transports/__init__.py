"""The transport port: carries bytes to and from one instrument, and says plainly when it cannot."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable


class Transport(Protocol):
    """One open line to one instrument; one owner."""

    @property
    def name(self) -> str:
        """The port as the laboratory writes it: `COM3`, `/dev/ttyUSB0`, `socket://host:port`."""

    async def open(self) -> None:
        """Take the port.

        Raises:
            LinkLostError: not there, in use by another program, or refused.
        """

    async def send(self, data: bytes) -> None:
        """Write all of `data`.

        Raises:
            LinkLostError: the line is gone.
        """

    async def receive(self) -> bytes:
        """Wait for the next bytes; never empty.

        Raises:
            LinkLostError: the line is gone.
        """

    async def caught_up(self) -> None:
        """Return when all that had come before this call was handed out; at once when the line is gone.

        It never returns while the other side sends faster than this computer reads.
        """

    async def close(self) -> None:
        """Give the port back; closing twice is harmless."""


@runtime_checkable
class PromptTransport(Transport, Protocol):
    """A line that the event loop watches itself, so that nothing has to wait for a thread or a task."""

    def write(self, data: bytes) -> None:
        """Write all of `data` now.

        Raises:
            LinkLostError: the line is gone.
        """

    async def listen(self, hear: Callable[[bytes], None]) -> None:
        """Have bytes handed to `hear` as they come, until cancelled or the line is gone.

        Raises:
            LinkLostError: the line is gone.
        """


def holds_account(address: str) -> bool:
    """Whether an address of a network names who comes, or with which password."""
    return "@" in address.partition("://")[2]
