"""Between which two moments a record came to be, by the registry's signed word and not by the bench's clock.

Not before: the registry's newest checkpoint that the bench had seen stands in the first entry of the run, and
nobody could have written it down earlier. Not after: the registry held the record when it signed its receipt.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from results.errors import IntegrityError
from results.receipt import Receipt
from results.record import Record
from results.registry.checkpoint import RegistryKey, open_note

APART: Final = timedelta(hours=1)
"""how far the clocks of a bench and of the registry may differ, which nobody sees on the day of a test"""


@dataclass(frozen=True)
class Dated:
    """The registry's times around a record; None where it was not asked."""

    not_before: datetime | None
    not_after: datetime | None


def dated(record: Record, receipt: Receipt | None, key: RegistryKey) -> Dated:
    """Read both times, and check that they can be those of one record.

    Args:
        record: of which every part was checked.
        receipt: verified; None while there is none.
        key: of the registry.

    Raises:
        IntegrityError: the checkpoint is not the registry's, or shows the record to be older than its test,
            or the bench's own times lie outside of both.
    """
    before = None if record.checkpoint is msgspec.UNSET else open_note(record.checkpoint, key)
    after = None if receipt is None else open_note(receipt.checkpoint, key)
    if before is not None and receipt is not None and after is not None:
        # Places in the log show the order also where the registry's clock was wrong.
        if receipt.leaf_index < before.size:
            raise _impossible(f"the registry held it already when its log had {before.size} records")
        if after.at < before.at:
            raise _impossible("the registry's clock went back between its test and its receipt")
    begun, ended = (datetime.fromisoformat(at) for at in _own_times(record))
    if before is not None and begun < before.at - APART:
        raise _impossible(f"the registry signed what stands in it on {before.at}, and it is of {begun}")
    if after is not None and ended > after.at + APART:
        raise _impossible(f"the registry held it on {after.at}, and it is of {ended}")
    return Dated(before.at if before else None, after.at if after else None)


def _own_times(record: Record) -> tuple[str, str]:
    """When its making began and ended by the bench's clock; an amendment repeats the times of the test."""
    if record.amendment is not msgspec.UNSET:
        return record.amendment.at, record.amendment.at
    return record.begun_at, record.ended_at


def _impossible(why: str) -> IntegrityError:
    return IntegrityError(
        "record.dating",
        "The record cannot be as old as it says: {why}.",
        "Do not rely on its times; ask the registry's office.",
        why=why,
    )
