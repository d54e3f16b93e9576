"""Answers that no registry gives: each is one problem in the outbox's words, in bounded time and memory."""

import asyncio
import contextlib
import gzip
import json
import socket
import threading
import tracemalloc
from itertools import repeat

import pytest

from drivers.notation import to_json
from results.errors import DeliveryError
from results.registry_client import HttpRegistryLine, Patience, RefusedError

PATIENCE = Patience(connect_s=5, answer_s=5, whole_s=2)


@contextlib.contextmanager
def answering(pieces):
    """An address where every request is answered with these pieces."""

    def serve():
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                with line, contextlib.suppress(OSError):
                    line.settimeout(5)
                    asked = b""
                    while not asked.endswith(b"\r\n\r\n{}"):  # closing over unread bytes cuts the answer off
                        asked += line.recv(65_536)
                    for piece in pieces:
                        if stopped.is_set():
                            return
                        line.sendall(piece)
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(65_536):
                        pass

    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, name="hostile registry")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def answer(body, *headers, status=200):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Connection: close", *headers, "", ""]
    return ["\r\n".join(head).encode() + content]


def refusal(**facts):
    return {"code": "registry.conflict", "message": "m", "remedy": "r"} | facts


def problem(pieces):
    """What becomes of a push that is answered so."""

    async def push(url):
        async with HttpRegistryLine(url, PATIENCE) as line:
            try:
                pushed = await line.push([b"{}"])
            except DeliveryError as fault:
                return fault
            return pushed.refused

    with answering(pieces) as url:
        found = asyncio.run(push(url))
    assert isinstance(found, DeliveryError)
    assert to_json(found.facts)  # as the outbox keeps it
    return found


ENDLESS = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
NO_REGISTRY = {
    "packed small, unpacked it fills the memory": answer(
        gzip.compress(bytes(60_000_000)), "Content-Encoding: gzip"
    ),
    "packed in a way that this program does not know": answer(b"x", "Content-Encoding: br"),
    "sent to a file of this computer": answer(b"", "Location: file:///etc/passwd", status=302),
    "sent to another host": answer(b"", "Location: http://other.example/", status=307),
    "nested beyond any depth": answer(b"[" * 900_000),
    "a page of some proxy": answer(b"<html>busy</html>", "Retry-After: 315360000", status=429),
    "too large, in a page": answer(b"<h1>413</h1>", status=413),
    "a count that no log has": answer(refusal(code="registry.sequence", expected=10**30), status=409),
    "a count below none": answer(refusal(code="registry.sequence", expected=-7), status=409),
    "a code of another kind": answer(refusal(code="key.locked"), status=409),
    "an endless body": [*ENDLESS, *repeat(b"100000\r\n" + bytes(0x100000) + b"\r\n", 30)],
}


@pytest.mark.parametrize("case", NO_REGISTRY)
def test_what_no_registry_answers_is_told_as_that_in_bounded_memory(case):
    tracemalloc.start()
    try:
        assert problem(NO_REGISTRY[case]).code == "registry.answer"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "wait", ["315360000", "-5", "0", "Fri, 31 Dec 1999 23:59:59 GMT", "soon"], ids=lambda wait: f"<{wait}>"
)
def test_nobody_can_make_a_bench_wait_for_years_or_hurry(wait):
    found = problem(answer(refusal(code="registry.busy"), f"Retry-After: {wait}", status=429))
    assert found.code == "registry.busy"
    assert not isinstance(found, RefusedError)  # tried again at the bench's own pace


@pytest.mark.parametrize("status", [409, 413])
def test_a_refusal_is_for_a_person(status):
    assert isinstance(problem(answer(refusal(), status=status)), RefusedError)


def test_the_words_of_a_stranger_cannot_move_the_cursor_nor_fill_the_screen():
    told = problem(
        answer(refusal(message="no\x1b[2J\x1b]0;x\x07\r\n\u202e✔ diterima " + "x" * 900_000), status=409)
    )
    assert told.facts["answer"].startswith("no [2J ]0;x ✔ diterima xxx")
    assert len(told.facts["answer"]) <= 500
    assert told.message.isprintable()


def test_an_answer_that_trickles_is_left():
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"]

    def trickling():
        yield from pieces
        for _ in range(40):
            threading.Event().wait(0.1)
            yield b"x"

    assert problem(trickling()).code == "registry.timeout"
