"""Commands of `tera` as processes of their own that need not import it first: copies of one that did.

Where there is no `fork`, each is started anew; whatever is about starting, installing or importing starts a
new one everywhere. A copy has its own files and exit code like any process, and can be killed like one.

As a program this is the process that is copied: it imports, runs nothing, and waits on its standard input, a
socket, for what to run. Each request brings three standard files, and a socket for the answer.
"""

import atexit
import gc
import json
import os
import pkgutil
import random
import runpy
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

from bench.catalogue import LANGUAGES, catalogue
from bench.libraries import library_versions

ROOT = Path(__file__).parent.parent.parent
CAN_FORK = hasattr(os, "fork")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
MOST_BYTES = 1 << 16
IMPORTED = (
    "results.evidence",
    "results.certificate.rendering",
    "results.registry.app",
    "scipy.special",
    "typst",
)


def completed(
    words: list[str], *, stdin: str = "", folder: Path = ROOT, timeout: float = 120
) -> subprocess.CompletedProcess:
    """Run `python WORDS…` in a folder to its end, as `subprocess.run` with captured output does."""
    if not CAN_FORK:
        return subprocess.run(
            [sys.executable, *words],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            cwd=folder,
            env=ENVIRONMENT,
        )
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        with _typed(stdin) as given:
            pid, answer = _copy(words, folder, given, out, err)
        with answer:
            answer.settimeout(timeout)
            try:
                code = int(_line(answer))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(words, timeout) from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([sys.executable, *words], code, out.read(), err.read())


@contextmanager
def running(words: list[str]) -> Iterator[IO[str]]:
    """`python WORDS…` as long as the block lasts, then terminated; gives what it prints."""
    if not CAN_FORK:
        line = [sys.executable, *words]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
            try:
                assert process.stdout is not None
                yield process.stdout
            finally:
                process.terminate()
        return
    ours, theirs = os.pipe()
    with os.fdopen(ours, encoding="utf-8") as printed, os.fdopen(theirs, "wb") as out, _typed("") as given:
        pid, answer = _copy(words, ROOT, given, out, sys.__stderr__)
        out.close()
        with answer:
            try:
                yield printed
            finally:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
                _line(answer)


@contextmanager
def _typed(text: str) -> Iterator[IO[bytes]]:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as given, os.fdopen(theirs, "wb") as typing:
        typing.write(text.encode())
        typing.close()
        yield given


def _copy(words: list[str], folder: Path, *files: IO) -> tuple[int, socket.socket]:
    """The process that runs, and where its exit code will be told."""
    answer, theirs = socket.socketpair()
    request = json.dumps({"words": words, "folder": str(folder), "environment": ENVIRONMENT}).encode()
    with theirs:
        socket.send_fds(_original(), [request], [*(file.fileno() for file in files), theirs.fileno()])
    return int(_line(answer)), answer


def _line(answer: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\n"):
        more = answer.recv(64)
        assert more, "the process that is copied is gone"
        said += more
    return said.decode()


@cache
def _original() -> socket.socket:
    """The process that is copied: one for each process that runs tests."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__))], stdin=theirs, env=ENVIRONMENT, cwd=ROOT
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve() -> None:
    """Copy this process whenever it is asked to, until nobody is there to ask."""
    commands = import_module("bench.cli").__path__
    for name in (*IMPORTED, *(f"bench.cli.{one.name}" for one in pkgutil.iter_modules(commands))):
        import_module(name)
    for language in LANGUAGES:
        catalogue(language)
    library_versions()
    control = socket.socket(fileno=os.dup(0))
    gc.freeze()  # a copy that looks through all that was imported would have to copy it first
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who waits for a copy is nobody's concern here
    while True:
        request, files, _, _ = socket.recv_fds(control, MOST_BYTES, 4)
        if not request:
            return
        if not os.fork():
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if pid := os.fork():
                _tell(pid, files)
            os.close(files.pop())
            _end(json.loads(request), files)
        for file in files:
            os.close(file)


def _tell(pid: int, files: list[int]) -> None:
    *standard, answer = files
    for file in (0, *standard):
        os.close(file)
    os.write(answer, b"%d\n" % pid)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(answer, b"%d\n" % status)
    os._exit(0)


def _end(request: dict, files: list[int]) -> NoReturn:
    """Run, and end as Python does, but without taking apart what was only copied."""
    code = 0
    try:
        _become(request, files)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001 -- as Python itself
        traceback.print_exc()
        code = 1
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _become(request: dict, files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    random.seed()
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    dash, *words = request["words"]
    if dash == "-m":
        sys.path[0] = request["folder"]
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [dash, *words]
        sys.path[0] = str(Path(dash).parent)
        runpy.run_path(dash, run_name="__main__")


if __name__ == "__main__":
    serve()
