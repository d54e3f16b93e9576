"""A serial line that the event loop watches itself: no thread between wire and program.

Bytes are handed to whoever listens in the step in which they were read, and kept while nobody does.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from drivers.errors import LinkLostError
from drivers.transports.catching_up import caught_up
from drivers.transports.serial_fault import CLOSED, lost
from drivers.transports.wires import Wire

_KEPT_BYTES: Final = 1 << 16  # unread bytes kept; a decoder finds its frames again after a gap


class WirePort:
    """One serial line and its only owner."""

    def __init__(self, wire: Wire) -> None:
        """Keep the wire; nothing is opened yet."""
        self._wire = wire
        self._buffer = bytearray()
        self._came = 0
        self._fault: LinkLostError | None = lost(wire.name, CLOSED)
        self._hear: Callable[[bytes], None] = self._keep
        self._changed = asyncio.Event()

    @property
    def name(self) -> str:
        """The address as the laboratory writes it."""
        return self._wire.name

    async def open(self) -> None:
        """Take the port for this program alone.

        Raises:
            LinkLostError: not there, in use by another program, or refused.
        """
        await self.close()
        closed, self._fault = self._fault, None  # before: a line may be lost as soon as it is there
        try:
            await self._wire.open(self._received, self._lose)
        except BaseException:
            self._fault = closed
            raise

    async def send(self, data: bytes) -> None:
        """Write all of `data`.

        Raises:
            LinkLostError: the line is gone, or its handshake does not let anything through.
        """
        self.write(data)

    def write(self, data: bytes) -> None:
        """Write all of `data` now.

        Raises:
            LinkLostError: the line is gone, or its handshake does not let anything through.
        """
        if self._fault is not None:
            raise self._fault
        self._wire.write(data)

    async def receive(self) -> bytes:
        """Wait for the next bytes; never empty.

        Raises:
            LinkLostError: the line is gone; bytes that came before are handed out first.
        """
        while not self._buffer:
            if self._fault is not None:
                raise self._fault
            self._changed.clear()
            await self._changed.wait()
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    async def listen(self, hear: Callable[[bytes], None]) -> None:
        """Have bytes handed to `hear` as they come, until cancelled or the line is gone.

        Raises:
            LinkLostError: the line is gone.
        """
        if self._buffer:
            hear(await self.receive())
        self._hear = hear
        try:
            while self._fault is None:
                self._changed.clear()
                await self._changed.wait()
            raise self._fault
        finally:
            self._hear = self._keep

    async def caught_up(self) -> None:
        """Return when all that had come before this call was handed out."""
        await caught_up(lambda: self._came, lambda: False)

    async def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        self._lose(lost(self.name, CLOSED))
        self._buffer.clear()
        await self._wire.close()

    def _received(self, data: bytes) -> None:
        self._came += len(data)
        self._hear(data)

    def _keep(self, data: bytes) -> None:
        self._buffer += data
        del self._buffer[:-_KEPT_BYTES]
        self._changed.set()

    def _lose(self, fault: LinkLostError) -> None:
        self._fault = fault
        self._changed.set()
