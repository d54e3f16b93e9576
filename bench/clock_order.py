"""A test begins after all that is known to have happened: a clock set back would bring due dates back."""

from datetime import datetime, timedelta
from typing import Final

from bench.errors import LaboratoryError
from results.dating import APART

CLOCK_MAY_STEP_S: Final = 60.0
"""what a time server may set back or ahead at once"""


def check_worked_until(now: datetime, until: datetime | None) -> None:
    """See to it that the clock is not behind what this bench has done.

    Raises:
        LaboratoryError: it is, and nobody has said that it had been ahead before.
    """
    if until is not None and now < until - timedelta(seconds=CLOCK_MAY_STEP_S):
        raise LaboratoryError(
            "clock.behind",
            "This computer's clock says {now}, and this bench has worked until {until} already.",
            "Set the clock right; or, if it was ahead then: tera audit-trail clock --by ID --reason TEXT.",
            now=now.isoformat(timespec="minutes"),
            until=until.isoformat(timespec="minutes"),
        )


def check_checkpoint(now: datetime, signed: datetime | None) -> None:
    """See to it that the clock is not behind what the register has signed.

    Args:
        now: by this computer.
        signed: when the register signed the newest checkpoint that was proved here.

    Raises:
        LaboratoryError: it is: the record would say that it is older than what stands in it.
    """
    if signed is not None and now < signed - APART:
        raise LaboratoryError(
            "clock.behind_registry",
            "This computer's clock says {now}, and the registry has signed at {signed} what is known here.",
            "Set the clock right, then begin again; no number was used.",
            now=now.isoformat(timespec="minutes"),
            signed=signed.isoformat(timespec="minutes"),
        )
