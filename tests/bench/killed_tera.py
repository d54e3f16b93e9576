"""The program `tera`, killed with SIGKILL at one exact journal entry.

Usage: killed_tera.py COUNT before|after tera-arguments…
It dies at the COUNT-th entry that this process writes.
"""

import os
import signal
import sys

from bench.__main__ import main
from results.journal import Journal

count, moment, *arguments = sys.argv[1:]
written = 0
insert = Journal._insert
writing = Journal._writing


def die_at(journal, *values):
    """Counts entries; `before` dies inside the transaction, when nothing is on disk yet."""
    global written  # noqa: PLW0603 -- one counter for the one process that this file is
    written += 1
    kept = insert(journal, *values)
    if written == int(count) and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return kept


class DyingAfter:
    """The journal's transaction; dies as soon as the entry is on disk, before anyone is told."""

    def __init__(self, journal):
        self._inner = writing(journal)

    def __enter__(self):
        return self._inner.__enter__()

    def __exit__(self, *error):
        result = self._inner.__exit__(*error)
        if written == int(count) and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result


Journal._insert = die_at
Journal._writing = lambda journal: DyingAfter(journal)  # noqa: PLW0108 -- a class would not be bound
sys.exit(main(arguments))
