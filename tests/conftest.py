"""What all tests share: a free port, the shared data, foreign programs, and the proof that nothing is left.

In CI (`TERA_CI=1`, set by `.ci/run`) a test that is skipped has failed: there everything a test can need is
installed. Elsewhere a skip says what is missing.
"""

import asyncio
import os
import shutil
import socket
import threading
import time
from asyncio import runners
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.extent import EVERY, parted

# A deadline measures the machine and what else it does at the moment; pytest's own time-out is the guard.
settings.register_profile("tera", deadline=None)
settings.load_profile("tera")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
OURS = tuple(str(ROOT / folder) + os.sep for folder in ("bench", "results", "procedures", "drivers"))
ELSEWHERE = ("only on ", "the shared data is not beside the project")
"""openings of the reasons that excuse a skip in CI too: another system's test, data that is not ours"""
COPIED = str(ROOT / "tests" / "bench" / "forked.py")
"""the process that waits to be copied until all tests are over"""
GRACE_S = 3.0
"""how long a thread or a process may take to end after its test"""


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("TERA_CI") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not reason.removeprefix("Skipped: ").startswith(ELSEWHERE):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and in CI nothing may be missing. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one where nothing may be missing."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a skipped module into a failed one where nothing may be missing."""
    report = yield
    _fail_if_skipped(report)
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of `tests.extent`."""
    config.addinivalue_line(
        "markers", "one_in(N): outside CI every N-th case of the table is enough for a day"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a day can do without, unless somebody names a test or asks for those that failed."""
    if EVERY or config.getoption("lf", default=False) or any("::" in argument for argument in config.args):
        return
    items[:], left = parted(items)
    if left:
        config.hook.pytest_deselected(items=left)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests measured and recorded with `record_property`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in getattr(report, "user_properties", ()) if report.when == "call" else ():
            terminalreporter.write_line(f"measured: {name.replace('_', ' ')} = {value}")


@pytest.fixture
def free_port() -> int:
    """A TCP port of the loopback address on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of captures and cases beside the project, which is not part of it."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not beside the project (../shared/data)")
    return SHARED


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """A function from the name of a foreign program (`socat`) to its path; skips where it is absent."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed (.ci/packages names the Debian package)")
        return path

    return find


def _children() -> dict[int, str]:
    """Our child processes with their command lines; empty where the system does not tell."""
    found = {}
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            pids = listing.read_text().split()
        except OSError:  # that thread ended meanwhile
            continue
        for pid in pids:
            try:
                words = Path("/proc", pid, "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:  # it ended meanwhile
                continue
            if COPIED not in words:
                found[int(pid)] = " ".join(words)
    return found


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test that leaves a thread, a child process, or a task of our own code behind.

    Files and sockets need no look here: their ResourceWarning is an error already.
    """
    tasks: list[str] = []
    cancel_all = runners._cancel_all_tasks

    def noting(loop: asyncio.AbstractEventLoop) -> None:
        for task in asyncio.all_tasks(loop):
            code: Any = getattr(task.get_coro(), "cr_code", None)
            if code is not None and code.co_filename.startswith(OURS):
                tasks.append(f"task {code.co_qualname} ({Path(code.co_filename).name}:{code.co_firstlineno})")
        cancel_all(loop)

    monkeypatch.setattr(runners, "_cancel_all_tasks", noting)
    threads, children = set(threading.enumerate()), set(_children())
    yield
    deadline = time.monotonic() + GRACE_S
    while True:
        left = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in threads]
        left += [f"process {pid} {line}" for pid, line in _children().items() if pid not in children]
        if not left or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    if tasks or left:
        pytest.fail(f"the test left behind: {', '.join(tasks + left)}", pytrace=False)
