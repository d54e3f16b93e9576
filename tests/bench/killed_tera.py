"""The program `tera`, killed with SIGKILL at one exact journal entry.

Usage: killed_tera.py COUNT before|after tera-arguments…
It dies at the COUNT-th entry of a run that this process writes; the bench's own trail does not count.
"""

import os
import signal
import sys

from bench.__main__ import main
from results.entry import BENCH
from results.journal import Journal

count, moment, *arguments = sys.argv[1:]
written = 0
insert, begin, append = Journal._insert, Journal.begin, Journal.append


def inserting(journal, run, *values):
    """Counts entries; `before` dies when nothing of this one is on disk."""
    global written  # noqa: PLW0603 -- one counter for the one process that this file is
    written += run != BENCH
    if run != BENCH and written == int(count) and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return insert(journal, run, *values)


def dying_after(keep):
    """Dies as soon as the entry is on disk, before anyone is told."""

    def keeping(journal, *values, **named):
        kept = keep(journal, *values, **named)
        if written == int(count) and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    return keeping


Journal._insert = inserting
Journal.begin = dying_after(begin)
Journal.append = dying_after(append)
sys.exit(main(arguments))
