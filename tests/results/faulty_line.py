"""A TCP relay in front of a registry that breaks connections where it is told to."""

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from enum import StrEnum


class Break(StrEnum):
    """Where a connection breaks."""

    NOWHERE = "nowhere"
    AT_ONCE = "at once"
    """before anything is passed on"""
    IN_THE_REQUEST = "in the request"
    """after the first bytes of it, before the registry can know the record"""
    BEFORE_THE_ANSWER = "before the answer"
    """the registry has done its work; nobody hears of it"""
    IN_THE_ANSWER = "in the answer"
    """after its first bytes"""


class FaultyLine:
    """Relays each connection; `plan` gives where the n-th one breaks."""

    def __init__(self, target: tuple[str, int], plan: Callable[[int], Break]) -> None:
        """Listen on a free port."""
        self._target = target
        self._plan = plan
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, name="faulty line")

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
            except OSError:  # closed: the test is over
                return
            place = self.connections
            self.connections += 1
            with near, contextlib.suppress(OSError):
                self._relay(near, self._plan(place))

    def _relay(self, near, broken):
        if broken is Break.AT_ONCE:
            _reset(near)
            return
        with socket.create_connection(self._target) as far, selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for found, _ in ready.select(timeout=10):
                    data = found.fileobj.recv(65536)
                    if not data:
                        return
                    if found.fileobj is near and broken is Break.IN_THE_REQUEST:
                        far.sendall(data[: len(data) // 2])
                        _reset(near)
                        return
                    if found.fileobj is far and broken in {Break.BEFORE_THE_ANSWER, Break.IN_THE_ANSWER}:
                        if broken is Break.IN_THE_ANSWER:
                            near.sendall(data[: len(data) // 2])
                        _reset(near)
                        return
                    found.data.sendall(data)


def _reset(connection):
    """Close so that the other side sees a reset and not an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
