"""How long a measure drips after its main stream has ended: by its size, from a rule table.

The time begins when a person says that only drops come, and is a wait of its own: the screen counts it down
and goes on by itself, and the journal shows that it was kept.
"""

from collections.abc import Sequence

import msgspec

from drivers.quantity import Quantity
from procedures.action import DrainVessel, Wait
from procedures.run import Run


class Drip(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Drip time of measures up to a volume."""

    up_to: Quantity | None = None
    """inclusive; None: all larger ones"""
    time: Quantity


def drip_time(steps: Sequence[Drip], vessel: Quantity) -> Quantity:
    """The drip time of a measure of this volume; beyond the last step that of the last."""
    return next((one.time for one in steps if one.up_to is None or vessel <= one.up_to), steps[-1].time)


async def drained(run: Run, vessel: str, drip: Quantity) -> None:
    """Have a vessel emptied, and wait until it has dripped."""
    await run.instruct(DrainVessel(vessel=vessel, drip=drip))
    await run.instruct(Wait(duration=drip, purpose="drip"))
