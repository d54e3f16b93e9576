"""An outbox that was made anew learns from the receipts on the disk what was delivered already.

Nothing of that is sent again: the evidence of an old record may have been let go, and then it cannot be.
"""

import hashlib
from contextlib import suppress

from results import envelope as dsse
from results.delivery import read_receipt
from results.errors import RecordError
from results.outbox import Outbox, State, Waiting
from results.registry.checkpoint import RegistryKey
from results.storage import plain_faults


def take_receipts(outbox: Outbox, key: RegistryKey) -> tuple[str, ...]:
    """Mark as delivered what a receipt beside it proves to be; gives the ids of those records.

    A record or receipt that does not hold is left to delivery, which says what is wrong with it.

    Args:
        outbox: of the bench.
        key: the registry's, as the laboratory has pinned it.

    Raises:
        StorageError: the outbox cannot be read or written.
    """
    taken = []
    for waiting in outbox.records(State.SEALED, State.QUEUED):
        address = ""
        with suppress(RecordError):
            address = _proved(waiting, key)
        if address:
            outbox.note_delivered(waiting.record_id, address=address)
            taken.append(waiting.record_id)
    return tuple(taken)


def _proved(waiting: Waiting, key: RegistryKey) -> str:
    with plain_faults(waiting.path):
        content = waiting.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != waiting.digest:
        return ""
    receipt = read_receipt(waiting.path, dsse.parse(content).content, key)
    return "" if receipt is None else receipt.verification_address
