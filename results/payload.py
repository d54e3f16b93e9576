"""The record inside an envelope; every reader of records takes it out here.

The signatures are another check: what is read here is only what somebody wrote.
"""

import re
from typing import Final

import msgspec

from drivers.notation import from_json
from drivers.reading import Origin
from results.envelope import Envelope
from results.errors import IntegrityError
from results.malformed import check_depth, told_as
from results.record import Record

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def read_payload(envelope: Envelope) -> Record:
    """Read the record out of an envelope.

    Raises:
        IntegrityError: not a record in the form that every release writes, of another type than the envelope
            says, or a twin's and no training.
    """
    with told_as(unsound):
        record = from_json(envelope.content, Record)
        check_depth(record.uut, record.rule, record.breaks, [used.settle for used in record.instruments])
        # Of two fields of one name this program reads the last, and another may read the first.
        exact = msgspec.json.encode(msgspec.json.decode(envelope.content)) == envelope.content
    if not exact:
        raise unsound("it is not written in the exact form of a record")
    if record.training != envelope.training:
        raise unsound("training and verification are mixed up")
    if record.previous_record and not _DIGEST.fullmatch(record.previous_record):
        raise unsound("what stands there for the record before is no digest")
    twins = [used.name for used in record.instruments if used.origin in (Origin.TWIN, Origin.RECORDED)]
    if twins and not record.training:
        raise unsound(f"{', '.join(twins)} is no instrument, and the record is not marked as training")
    return record


def unsound(why: str) -> IntegrityError:
    """The error of a record that does not hold."""
    return IntegrityError(
        "record.unsound",
        "The record is not sound: {why}.",
        "Do not use it; take the copy from the backup or the register.",
        why=why,
    )
