"""The transport port: carries bytes to and from one instrument, and says plainly when it cannot."""

from typing import Protocol


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

    async def close(self) -> None:
        """Give the port back; closing twice is harmless."""
