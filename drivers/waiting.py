"""How long a line is left alone after an answer did not come: a late one must not pass for another's."""

from typing import Final, Protocol

from drivers.clock import Clock

QUIET_S: Final = 0.25
"""a line silent for so long carries no late answer any more"""
LATE: Final = 2
"""an answer may come so many time-outs after it was given up, as on a bus (a choice of this program)"""


class Heard(Protocol):
    """Whatever listens to a line."""

    last_byte_at: float
    """clock time of the last byte of any kind"""


async def until_quiet(clock: Clock, heard: Heard, limit: float) -> None:
    """Wait until nothing has come for a while, or until `limit`, by the clock."""
    quiet_since = clock.monotonic()
    while (now := clock.monotonic()) < limit:
        quiet_since = max(quiet_since, heard.last_byte_at)
        if now - quiet_since >= QUIET_S:
            return
        await clock.sleep(quiet_since + QUIET_S - now)


async def until_answered_late(clock: Clock, heard: Heard, asked_at: float, timeout_s: float) -> None:
    """Wait until what was asked has been answered after all, or is long overdue.

    Otherwise a probe takes the late answer for its own, and every answer after that is one too old.
    """
    limit = asked_at + (1 + LATE) * timeout_s
    while heard.last_byte_at < asked_at and (left := limit - clock.monotonic()) > 0:
        await clock.sleep(min(left, QUIET_S))
