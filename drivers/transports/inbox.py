"""What a line brought and nobody took yet, and why it brings nothing more."""

import asyncio
from typing import Final

from drivers.errors import LinkLostError

_KEPT_BYTES: Final = 1 << 16  # a decoder finds its frames again after a gap


class Inbox:
    """The bytes of one line between whoever reads it and whoever wants them."""

    def __init__(self, fault: LinkLostError) -> None:
        """Begin closed; `fault` is told to whoever wants bytes before it is opened."""
        self.fault: LinkLostError | None = fault
        """why nothing comes any more; None while the line is there"""
        self._bytes = bytearray()
        self._changed = asyncio.Event()

    def open(self) -> None:
        """Begin anew, empty."""
        self.fault = None
        self._bytes.clear()
        self._changed = asyncio.Event()

    def put(self, data: bytes) -> None:
        """Take in what came; when nobody takes it, the newest 64 KiB stay."""
        self._bytes += data
        del self._bytes[:-_KEPT_BYTES]
        self._changed.set()

    def lose(self, fault: LinkLostError) -> None:
        """Nothing comes any more."""
        self.fault = fault
        self._changed.set()

    def emptied(self) -> bytes:
        """What nobody took yet; it may be nothing."""
        data = bytes(self._bytes)
        self._bytes.clear()
        return data

    async def take(self) -> bytes:
        """Wait for bytes; never empty.

        Raises:
            LinkLostError: the line is gone; bytes that came before are handed out first.
        """
        while not self._bytes:
            await self._wait()
        return self.emptied()

    async def watch(self) -> None:
        """Wait until the line is gone.

        Raises:
            LinkLostError: it is.
        """
        while True:
            await self._wait()

    async def _wait(self) -> None:
        if self.fault is not None:
            raise self.fault
        self._changed.clear()
        await self._changed.wait()
