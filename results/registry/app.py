"""The registry over HTTP: what a bench posts, what anyone may check, what a citizen reads.

`README.md` beside this file documents the interface. Every refusal is JSON with code, message and remedy.
"""

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from drivers.notation import to_json
from results.errors import RecordError
from results.registry import interface, site
from results.registry.database import Database
from results.registry.kind import check_kind
from results.registry.limit import RateLimit
from results.registry.refusal import RefusalError
from results.registry.settings import Settings
from results.registry.store import Store


def open_store(settings: Settings) -> Store:
    """The registry without a web server: for enrolling and withdrawing; begun when it is not there yet.

    Raises:
        StorageError: the database cannot be opened.
        RecordError: its log is one of training, and these settings are not, or the other way round.
    """
    database = Database(settings.database)
    try:
        check_kind(database, settings)
    except BaseException:
        database.close()
        raise
    return Store(
        database,
        key=settings.key,
        origin=settings.origin,
        base_url=settings.base_url,
        training=settings.training,
        clock=settings.clock,
    )


def create_app(settings: Settings, store: Store | None = None) -> FastAPI:
    """Make the web application; the database is migrated before this returns.

    Args:
        settings: of this registry.
        store: opened from the same settings; opened here when not given.

    Raises:
        StorageError: the database cannot be opened.
    """
    store = store or open_store(settings)
    limit = RateLimit(settings.burst, settings.per_second, settings.clock.monotonic)
    app = FastAPI(title="tera-bench registry", docs_url=None, redoc_url=None)
    app.include_router(interface.router(store, limit, maximum_bytes=settings.maximum_bytes))
    app.include_router(site.router(store, limit, floor_s=settings.floor_s))
    app.state.store = store
    app.add_exception_handler(RecordError, _refused)
    app.add_exception_handler(SQLAlchemyError, _database_down)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(HTTPException, site.lost)
    app.add_middleware(_HeadAsGet)
    return app


class _HeadAsGet:
    """Answers HEAD as GET; the server, which knows what was asked, sends no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope
        await self._app(asked, receive, send)


async def _refused(_request: Request, fault: Exception) -> Response:
    if isinstance(fault, RefusalError):
        return Response(to_json(fault.answer()), fault.status, media_type="application/json")
    if not isinstance(fault, RecordError):  # the handler is registered for these alone
        raise fault
    answer = {"code": fault.code, "message": fault.message, "remedy": fault.remedy}
    return Response(to_json(answer), 500, media_type="application/json")


async def _database_down(_request: Request, _fault: Exception) -> Response:
    refusal = RefusalError(
        503,
        "storage",
        "The registry cannot reach its database or its disk.",
        "Try again later; nothing was taken.",
    )
    return Response(to_json(refusal.answer()), 503, media_type="application/json")


async def _gone(_request: Request, _fault: Exception) -> Response:
    """The client left in the middle of its body; nobody reads this answer."""
    return Response(status_code=400)
