"""A serial line that the event loop watches itself: no thread between wire and program.

Bytes are handed to whoever listens in the step in which they were read, and kept while nobody does.
"""

from collections.abc import Callable

from drivers.transports.catching_up import caught_up
from drivers.transports.inbox import Inbox
from drivers.transports.serial_fault import closed
from drivers.transports.wires import Wire


class WirePort:
    """One serial line and its only owner."""

    def __init__(self, wire: Wire) -> None:
        """Keep the wire; nothing is opened yet."""
        self._wire = wire
        self._inbox = Inbox(closed(wire.name))
        self._came = 0
        self._hear: Callable[[bytes], None] = self._inbox.put

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
        self._inbox.open()  # before the wire: a line may be lost as soon as it is there
        try:
            await self._wire.open(self._received, self._inbox.lose)
        except BaseException:
            self._inbox.lose(closed(self.name))
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
        if self._inbox.fault is not None:
            raise self._inbox.fault
        self._wire.write(data)

    async def receive(self) -> bytes:
        """Wait for the next bytes; never empty.

        Raises:
            LinkLostError: the line is gone; bytes that came before are handed out first.
        """
        return await self._inbox.take()

    async def listen(self, hear: Callable[[bytes], None]) -> None:
        """Have bytes handed to `hear` as they come, until cancelled or the line is gone.

        Raises:
            LinkLostError: the line is gone.
        """
        if data := self._inbox.emptied():
            hear(data)
        self._hear = hear
        try:
            await self._inbox.watch()
        finally:
            self._hear = self._inbox.put

    async def caught_up(self) -> None:
        """Return when all that had come before this call was handed out."""
        await caught_up(lambda: self._came, lambda: False)

    async def close(self) -> None:
        """Give the port back; closing twice is harmless."""
        self._inbox.lose(closed(self.name))
        self._inbox.emptied()
        await self._wire.close()

    def _received(self, data: bytes) -> None:
        self._came += len(data)
        self._hear(data)
