"""The registry as a running server: for `tera registry serve`, and inside a test or the demonstration."""

import contextlib
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from drivers.clock import Clock
from results.errors import DeliveryError
from results.registry.app import create_app, open_store
from results.registry.settings import Settings

_START_S: Final = 20.0
_MOST_CONNECTIONS: Final = 500


def serve(settings: Settings, *, host: str, port: int, idle_s: float | None = None) -> None:
    """Run until interrupted, or until nobody has asked for `idle_s` seconds.

    Raises:
        DeliveryError: the address is taken or not of this computer.
        StorageError: the database cannot be opened.
    """
    with contextlib.closing(listen(host, port)) as listener:
        app = create_app(settings)
        visits = _Visits(app)
        server = uvicorn.Server(_config(visits))
        if idle_s is not None:
            threading.Thread(target=visits.end_when_idle, args=(server, idle_s), daemon=True).start()
        try:
            server.run(sockets=[listener])
        finally:
            app.state.store.database.close()


class _Visits:
    """Passes requests on, and remembers when the last one came."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._last = time.monotonic()
        await self._app(scope, receive, send)

    def end_when_idle(self, server: uvicorn.Server, idle_s: float) -> None:
        """Watch from a thread of its own."""
        while (left := self._last + idle_s - time.monotonic()) > 0:
            time.sleep(left)
        server.should_exit = True


class EmbeddedRegistry:
    """A registry in a thread of this program, on a port of its own; for tests and the demonstration."""

    def __init__(
        self, folder: Path, *, training: bool, clock: Clock | None = None, database: str | None = None
    ) -> None:
        """Make or open the registry in a folder, and listen; `start` begins to answer."""
        self._listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        """address for benches and browsers, without a path"""
        self.settings = Settings.in_folder(
            folder, base_url=self.url, database=database, training=training, clock=clock
        )
        self.store = open_store(self.settings)
        self.key = self.store.key
        """what a bench pins"""
        self._server = uvicorn.Server(_config(create_app(self.settings, self.store)))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="registry", daemon=True
        )

    def start(self) -> Self:
        """Answer from now on.

        Raises:
            DeliveryError: it does not come up.
        """
        self._thread.start()
        deadline = time.monotonic() + _START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise DeliveryError(
                    "registry.start", "The embedded registry did not start.", "Try again, or use `--debug`."
                )
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Finish the answers under way and give port and database back."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_START_S)
        self._listener.close()
        self.store.database.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _config(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,  # it would keep who looked at which code
        ws="none",
        lifespan="off",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=5,
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket on which the registry answers.

    Raises:
        DeliveryError: the address is taken or not of this computer.
    """
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as fault:
        raise DeliveryError(
            "registry.address",
            "The registry cannot listen on {host} port {port}: {fault}.",
            "Choose another port with --port, or stop the program that uses this one.",
            host=host,
            port=port,
            fault=fault.strerror or str(fault),
        ) from None
    # asyncio does this for sockets that it has made itself. Without it the second piece of an answer waits
    # some 40 ms whenever the peer keeps its connection.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
