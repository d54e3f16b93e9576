"""What the bench does when something fails: each fault in each phase of a test, and the declared reaction.

`begin`: before the number is given; `measure`: in the middle of a series; `seal`: the verdict stands and is
not sealed; `deliver`: sealed and not registered; `resume`: left in the middle, and wrong when it is taken
up again. No cell gives a pass, and none loses what was acknowledged; `test_fault_matrix.py` walks all of
them.
"""

from typing import Final, Literal

import msgspec

PHASES: Final = ("begin", "measure", "seal", "deliver", "resume")
Phase = Literal["begin", "measure", "seal", "deliver", "resume"]


class Reaction(msgspec.Struct, frozen=True):
    """What is told, with which exit code, and what becomes of the run once the fault is gone."""

    code: str
    """of the sentence; empty: the program is gone, or goes on"""
    exit: int
    """of the command; -9: killed; a delivery that fails after a verdict is told and changes no exit code"""
    after: Literal["same", "no_verdict"] = "same"
    """`same`: resumed, the verdict is the undisturbed one; `no_verdict`: closed as interrupted"""


class Never(msgspec.Struct, frozen=True):
    """This fault cannot strike in this phase."""

    why: str


GONE: Final = Reaction("", -9)
UNHURT: Final = Reaction("", 0)
FULL: Final = Reaction("storage.full", 3)
IO: Final = Reaction("storage.io", 3)
BUSY: Final = Reaction("storage.busy", 3)
MATRIX: Final[dict[str, dict[Phase, Reaction | Never]]] = {
    "killed": dict.fromkeys(PHASES, GONE),
    "power lost": dict.fromkeys(PHASES, GONE),
    "disk full": dict.fromkeys(PHASES, FULL),
    "disk broken": dict.fromkeys(PHASES, IO),
    "sync failed": dict.fromkeys(PHASES, IO),
    "database locked": dict.fromkeys(PHASES, BUSY),
    "clock two hours back": {
        "begin": UNHURT,
        "measure": Reaction("run.clock_jumped", 3, "no_verdict"),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("run.clock", 3, "no_verdict"),
    },
    "clock an hour ahead": {
        "begin": UNHURT,
        "measure": Reaction("run.clock_jumped", 3, "no_verdict"),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": UNHURT,
    },
    "clock ahead in small steps": {
        "begin": Reaction("run.clock_jumped", 3, "no_verdict"),
        "measure": Reaction("run.clock_jumped", 3, "no_verdict"),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("run.clock_jumped", 3, "no_verdict"),
    },
    "computer asleep for two hours": {
        "begin": UNHURT,
        "measure": Reaction("run.slept", 3),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": UNHURT,
    },
    "clock a day ahead": {
        "begin": UNHURT,
        "measure": Reaction("run.clock_jumped", 3, "no_verdict"),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("run.too_late", 3, "no_verdict"),
    },
    "instrument unplugged": {
        "begin": Reaction("link.lost", 4),
        "measure": Reaction("link.lost", 4),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("link.lost", 4),
    },
    "instrument swapped": {
        "begin": UNHURT,
        "measure": Never("what is plugged in under way has lost its line first: instrument unplugged"),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("run.instrument_changed", 2),
    },
    "standard expired": {
        "begin": Reaction("standard.overdue.no_other", 2),
        "measure": UNHURT,
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("run.standard_overdue", 2),
    },
    "environment leaves its limits": {
        "begin": Reaction("environment.outside", 3),
        "measure": Reaction("environment.outside", 3),
        "seal": UNHURT,
        "deliver": UNHURT,
        "resume": Reaction("environment.outside", 3),
    },
    "registry down": {
        "begin": UNHURT,
        "measure": UNHURT,
        "seal": UNHURT,
        "deliver": Reaction("registry.down", 0),
        "resume": UNHURT,
    },
    "record cut short": {
        **dict.fromkeys(PHASES, Never("there is no record yet")),
        "deliver": Reaction("envelope.malformed", 0),
    },
    "evidence cut short": {
        **dict.fromkeys(PHASES, Never("there is no evidence yet")),
        "deliver": Reaction("evidence.digest", 0),
    },
    "half-written files": dict.fromkeys(PHASES, UNHURT),
    "outbox cut short": {
        **dict.fromkeys(PHASES, Never("it is open; told at the next start")),
        "resume": Reaction("storage.damaged", 5),
    },
    "laboratory file cut short": {
        **dict.fromkeys(PHASES, Never("it was read at the start; told at the next")),
        "resume": Reaction("file.syntax", 2),
    },
}
