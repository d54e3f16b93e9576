"""A TCP relay in front of a registry that breaks the pushing of a record where it is told to."""

import contextlib
import selectors
import socket
import struct
import threading
from enum import StrEnum


class Break(StrEnum):
    """Where the pushing breaks off."""

    AT_ONCE = "at once"
    """before the registry hears of it"""
    IN_THE_REQUEST = "in the request"
    """after its first bytes, before the registry can know the record"""
    BEFORE_THE_ANSWER = "before the answer"
    """the registry has done its work; nobody hears of it"""
    IN_THE_ANSWER = "in the answer"
    """after its first bytes"""


class FaultyLine:
    """Relays to `url`; the n-th record pushed breaks at `plan[n]`, and those after the plan pass."""

    def __init__(self, url: str, plan: list[Break]) -> None:
        """Listen on a free port."""
        host, port = url.removeprefix("http://").split(":")
        self._target = (host, int(port))
        self._plan = list(plan)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="faulty line")
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.pushes = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # shut down: the test is over
                return
            with near, contextlib.suppress(OSError):
                self._relay(near)

    def _relay(self, near):
        broken = None
        with socket.create_connection(self._target) as far, selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ)
            ready.register(far, selectors.EVENT_READ)
            while True:
                for found, _ in ready.select():
                    data = found.fileobj.recv(65536)
                    if not data:
                        return
                    if data.startswith(b"POST /records"):
                        self.pushes += 1
                        broken = self._plan.pop(0) if self._plan else None
                    if found.fileobj is near:
                        if broken is Break.IN_THE_REQUEST:
                            far.sendall(data[: len(data) // 2])
                        if broken in {Break.AT_ONCE, Break.IN_THE_REQUEST}:
                            _reset_on_close(near)
                            return
                        far.sendall(data)
                    else:
                        if broken is Break.IN_THE_ANSWER:
                            near.sendall(data[: len(data) // 2])
                        if broken is not None:
                            _reset_on_close(near)
                            return
                        near.sendall(data)


def _reset_on_close(connection):
    """Let the other side see a reset and not an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
