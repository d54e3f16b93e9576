"""A window that is closed and a computer that shuts down leave the bench as Ctrl-C does: in order.

By themselves both signals end a program on the spot: valves stay open, and the terminal stays as the screens
had it.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""SIGTERM: shutting down, or `kill`; SIGHUP: the terminal's window was closed, or its line broke"""


@contextmanager
def left_in_order() -> Iterator[None]:
    """Take these signals as Ctrl-C meanwhile; one that is ignored stays so (`nohup`)."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {one: found for one in _ENDING if (found := signal.getsignal(one)) is signal.SIG_DFL}
    for one in before:
        signal.signal(one, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for one, found in before.items():
            signal.signal(one, found)
