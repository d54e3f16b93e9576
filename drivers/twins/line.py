"""The instrument's end of a line: a TCP port everywhere, a pseudo-terminal where there are any."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from drivers.errors import InstrumentError

_UNREAD: Final = 1 << 16  # bytes that a client may leave unread; a real line loses them too


class TwinLine(Protocol):
    """One line on which a twin is heard and can hear."""

    @property
    def address(self) -> str:
        """What the other side writes as its port."""

    async def open(self, receive: Callable[[bytes], None]) -> None:
        """Let the other side connect; `receive` takes what it sends."""

    def write(self, data: bytes) -> None:
        """Send; lost when nobody is connected or listens."""

    async def close(self) -> None:
        """Pull the plug; closing twice is harmless."""


class TcpLine:
    """A TCP port for one client at a time; a second one is turned away."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Keep the address; port 0 takes any free one, and keeps it when opened again."""
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._client: asyncio.Transport | None = None

    @property
    def address(self) -> str:
        """`socket://host:port`."""
        return f"socket://{self._host}:{self._port}"

    async def open(self, receive: Callable[[bytes], None]) -> None:
        """Listen.

        Raises:
            InstrumentError: the port is taken.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Client(self, receive), self._host, self._port)
        except OSError as fault:
            raise InstrumentError(
                "twin.port_taken",
                "The twin cannot listen on {port}: {detail}.",
                "Choose another port number.",
                port=self.address,
                detail=str(fault),
            ) from fault
        self._port = self._server.sockets[0].getsockname()[1]

    def write(self, data: bytes) -> None:
        """Send to the client, if there is one that reads."""
        if self._client is not None and self._client.get_write_buffer_size() < _UNREAD:
            self._client.write(data)

    async def close(self) -> None:
        """Drop the client and stop listening."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        if self._client is not None:
            self._client.abort()
            self._client = None
        await server.wait_closed()

    def admit(self, client: asyncio.Transport) -> bool:
        """Take a client unless there is one."""
        if self._client is not None:
            return False
        self._client = client
        return True

    def dismiss(self, client: asyncio.Transport) -> None:
        """The client is gone."""
        if self._client is client:
            self._client = None


class _Client(asyncio.Protocol):
    def __init__(self, line: TcpLine, receive: Callable[[bytes], None]) -> None:
        self._line = line
        self._receive = receive
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport) and self._line.admit(transport):
            self._transport = transport
        else:
            transport.close()

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # a client may leave as it likes
        if self._transport is not None:
            self._line.dismiss(self._transport)


if sys.platform != "win32":
    import tty

    class PtyLine:
        """A pseudo-terminal: the nearest thing to a serial port without one."""

        def __init__(self, link: Path | None = None) -> None:
            """Keep the link; it always points at the present pseudo-terminal."""
            self._link = link
            self._name = ""
            self._ends: tuple[int, int] | None = None

        @property
        def address(self) -> str:
            """The link, or the name of the pseudo-terminal."""
            return str(self._link) if self._link else self._name

        async def open(self, receive: Callable[[bytes], None]) -> None:
            """Make a new pseudo-terminal and listen at its far end."""
            ours, theirs = self._ends = os.openpty()
            tty.setraw(theirs)
            self._name = os.ttyname(theirs)
            os.set_blocking(ours, False)
            asyncio.get_running_loop().add_reader(ours, self._readable, receive)
            if self._link is not None:
                fresh = self._link.with_name(f"{self._link.name}.new")
                fresh.unlink(missing_ok=True)
                fresh.symlink_to(self._name)
                fresh.replace(self._link)

        def write(self, data: bytes) -> None:
            """Send; a full buffer means that nobody reads."""
            if self._ends is not None:
                try:
                    os.write(self._ends[0], data)
                except BlockingIOError:
                    return

        async def close(self) -> None:
            """Close both ends: the other side sees its port vanish."""
            ends, self._ends = self._ends, None
            if ends is None:
                return
            asyncio.get_running_loop().remove_reader(ends[0])
            for end in ends:
                os.close(end)
            if self._link is not None:
                self._link.unlink(missing_ok=True)

        def _readable(self, receive: Callable[[bytes], None]) -> None:
            if self._ends is not None:
                receive(os.read(self._ends[0], 4096))


def pty_line(link: Path | None = None) -> TwinLine:
    """A pseudo-terminal.

    Raises:
        InstrumentError: this system has none.
    """
    if sys.platform == "win32":
        raise InstrumentError(
            "twin.no_pty",
            "This system has no pseudo-terminals.",
            "Serve the twin on a TCP port instead.",
        )
    else:  # noqa: RET506 -- the type checker reads the branch of each system
        return PtyLine(link)
