"""A line whose bytes, of both sides, are also told to somebody who only listens: what a capture records."""

from typing import Protocol

from drivers.transports import Transport
from drivers.transports.wires import Hear, Lose, Wire


class Ear(Protocol):
    """Somebody who listens."""

    def asked(self, data: bytes) -> None:
        """Take what this computer sends."""

    def heard(self, data: bytes) -> None:
        """Take what comes."""


class TappedTransport:
    """A line to one instrument with an ear on it."""

    def __init__(self, line: Transport, ear: Ear) -> None:
        """Keep the parts; nothing is opened yet."""
        self.name = line.name
        self._line = line
        self._ear = ear
        self.open = line.open
        self.caught_up = line.caught_up
        self.close = line.close

    async def send(self, data: bytes) -> None:
        """Write all of `data`.

        Raises:
            LinkLostError: the line is gone.
        """
        self._ear.asked(data)
        await self._line.send(data)

    async def receive(self) -> bytes:
        """Wait for the next bytes; never empty.

        Raises:
            LinkLostError: the line is gone.
        """
        data = await self._line.receive()
        self._ear.heard(data)
        return data


class TappedWire:
    """A bus with an ear on it."""

    def __init__(self, wire: Wire, ear: Ear) -> None:
        """Keep the parts; nothing is opened yet."""
        self.name = wire.name
        self.character_s = wire.character_s
        self._wire = wire
        self._ear = ear
        self.close = wire.close

    async def open(self, hear: Hear, lose: Lose) -> None:
        """Take the line.

        Raises:
            LinkLostError: not there, in use, or refused.
        """

        def heard(data: bytes) -> None:
            self._ear.heard(data)
            hear(data)

        await self._wire.open(heard, lose)

    def write(self, data: bytes) -> None:
        """Send all of `data`.

        Raises:
            LinkLostError: the line is gone.
        """
        self._ear.asked(data)
        self._wire.write(data)

    def drain(self) -> bytes | None:
        """What has come and was not handed over yet; None where only the event loop can tell."""
        data = self._wire.drain()
        if data:
            self._ear.heard(data)
        return data
