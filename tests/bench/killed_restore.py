"""A restore that dies at one exact step. Usage: killed_restore.py BACKUP FOLDER STEP LAB.

Steps are counted by Python's own audit: a file or folder of the restored bench, or of the place in which it
is made, is about to be opened, made or named. It says how many there are when it gets through.
"""

import os
import signal
import sys

from bench.__main__ import main

backup, folder, step, lab = sys.argv[1:]
steps = 0


def heard(event, facts):
    """Dies when it is time."""
    global steps  # noqa: PLW0603 -- one counter for the one process that this file is
    if event in {"open", "os.mkdir", "os.rename", "shutil.copyfile"} and any(
        str(fact).startswith(folder) for fact in facts
    ):
        steps += 1
        if steps == int(step):
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(heard)
code = main(["restore", backup, "--into", folder, "--lab", lab])
print(steps)
sys.exit(code)
