"""A release of evidence that dies at one exact step. Usage: killed_release.py FOLDER STEP NOW.

Steps are counted: an entry about to be written, an entry written, a file about to go, a file gone. It says
how many there are when it gets through.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from results import storage
from results.journal import Journal
from tests.bench.kept_lab import NUMBERS, KeptLab

folder, step, now = sys.argv[1:]
steps = 0
insert, unlink, sync = Journal._insert, Path.unlink, storage._sync_folder


def passed():
    """Dies when it is time."""
    global steps  # noqa: PLW0603 -- one counter for the one process that this file is
    steps += 1
    if steps == int(step):
        os.kill(os.getpid(), signal.SIGKILL)


def inserting(journal, *values):
    """Dies before or after an entry."""
    passed()
    kept = insert(journal, *values)
    passed()
    return kept


def unlinking(path, **named):
    """Dies before or after a file is gone."""
    counted = path.suffix == ".h5"
    if counted:
        passed()
    unlink(path, **named)
    if counted:
        passed()


Journal._insert = inserting
Path.unlink = unlinking
KeptLab(Path(folder), datetime.fromisoformat(now)).release(*NUMBERS)
print(steps)
