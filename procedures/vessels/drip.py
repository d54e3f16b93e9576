"""How long a measure drips after its main stream has ended: by its size, from a rule table."""

from collections.abc import Sequence

import msgspec

from drivers.quantity import Quantity


class Drip(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Drip time of measures up to a volume."""

    up_to: Quantity | None = None
    """inclusive; None: all larger ones"""
    time: Quantity


def drip_time(steps: Sequence[Drip], vessel: Quantity) -> Quantity:
    """The drip time of a measure of this volume; beyond the last step that of the last."""
    return next((one.time for one in steps if one.up_to is None or vessel <= one.up_to), steps[-1].time)
