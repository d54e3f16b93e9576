"""A replacement of a key that dies at one exact step. Usage: killed_rotation.py STEP tera-arguments…

Steps are counted: a file about to be written over, put in place or taken away, and that done. It says how
many there are when it gets through.
"""

import os
import signal
import sys
from pathlib import Path

from bench.__main__ import main

step, *arguments = sys.argv[1:]
steps = 0


def passed():
    """Dies when it is time."""
    global steps  # noqa: PLW0603 -- one counter for the one process that this file is
    steps += 1
    if steps == int(step):
        os.kill(os.getpid(), signal.SIGKILL)


def dying_around(work):
    """Dies before or after what is done to a file of the keys."""

    def doing(path, *values, **named):
        counted = path.parent.name == "keys"
        if counted:
            passed()
        done = work(path, *values, **named)
        if counted:
            passed()
        return done

    return doing


Path.unlink, Path.replace, Path.write_bytes = map(dying_around, (Path.unlink, Path.replace, Path.write_bytes))
code = main(arguments)
print(steps)
sys.exit(code)
