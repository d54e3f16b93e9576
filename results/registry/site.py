"""The part of the registry that people read."""

import re
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from results.errors import RecordError
from results.receipt import TOKEN_LENGTH
from results.registry import pages
from results.registry.interface import check_rate
from results.registry.limit import RateLimit
from results.registry.refusal import RefusalError
from results.registry.store import Store
from results.registry.words import Language

_TOKEN: Final = re.compile(rf"[A-Z2-7]{{{TOKEN_LENGTH}}}", re.ASCII)
_MISREAD: Final = str.maketrans("018", "OIB")
"""digits that base32 does not have, and what was meant"""
_BETWEEN: Final = re.compile(r"[\W_]+")
"""spaces and dashes that people put in, and what a sentence leaves at the end of an address"""
_ADDRESS: Final = re.compile(r"/v/([^/?#]*)", re.IGNORECASE)
"""the code in an address of such a page"""
_NO_PAGE: Final = (404, 405)
_LONGEST_CODE: Final = 200


def router(store: Store, limit: RateLimit, *, floor_s: float) -> APIRouter:
    """The pages on one store."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def home(lang: str = "id") -> Response:
        size, _ = store.counts()
        return _html(pages.home_page(_language(lang), size, training=store.training))

    @routes.get("/v")
    def typed(kode: str = "", lang: str = "id") -> Response:
        """The field of the home page leads to the page of the code."""
        token = read_code(kode) or "-"
        return RedirectResponse(f"/v/{quote(token, safe='')}?lang={_language(lang)}", status_code=303)

    @routes.get("/V/{code:path}")  # a scanner that shows the whole address in capitals
    @routes.get("/v/{code:path}")
    async def verification(code: str, request: Request, lang: str = "id") -> Response:
        language = _language(lang)
        clock = store.clock
        begun = clock.monotonic()
        try:
            check_rate(limit, request)
        except RefusalError:
            page = pages.notice_page("busy", language, colour="plain")
            return _html(page, 429, retry_after="60")
        content, status = await run_in_threadpool(_page_of, store, read_code(code), language)
        await clock.sleep(max(0.0, floor_s - (clock.monotonic() - begun)))
        return _html(content, status)

    return routes


async def lost(request: Request, fault: Exception) -> Response:
    """What is answered where there is no such page: one with the field to a browser, JSON to a program."""
    if not isinstance(fault, HTTPException):  # the handler is registered for these alone
        raise fault
    if fault.status_code not in _NO_PAGE or "text/html" not in request.headers.get("accept", ""):
        return await http_exception_handler(request, fault)
    language = _language(request.query_params.get("lang", "id"))
    return _html(pages.notice_page("no_page", language, colour="plain"), fault.status_code)


def read_code(typed: str) -> str:
    """The code that a person meant, typed or in a pasted address; nothing when it can be none.

    >>> read_code("iqjw 7i2v wnty uekg vulp p2de t2")
    'IQJW7I2VWNTYUEKGVULPP2DET2'
    """
    text = typed[:_LONGEST_CODE]
    pasted = _ADDRESS.search(text)
    code = _BETWEEN.sub("", pasted[1] if pasted else text).upper().translate(_MISREAD)
    return code if _TOKEN.fullmatch(code) else ""


def _page_of(store: Store, token: str, language: Language) -> tuple[str, int]:
    try:
        entry = store.find(token)
    except RecordError:
        return pages.notice_page("damaged", language), 500
    if entry is None:
        return pages.notice_page("unknown", language), 404
    return pages.record_page(entry, language, store.clock.utc()), 200


def _language(asked: str) -> Language:
    return "en" if asked == "en" else "id"


def _html(content: str, status: int = 200, *, retry_after: str = "") -> Response:
    headers = {
        "Content-Security-Policy": pages.content_policy(),
        "Referrer-Policy": "no-referrer",  # the address holds the code
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",  # the standing may change tomorrow
    }
    if retry_after:
        headers["Retry-After"] = retry_after
    return HTMLResponse(content, status, headers)
