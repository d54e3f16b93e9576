"""Who may replace or revoke a key: somebody who shows to be a person of this laboratory, if anybody can."""

from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from bench.complaints import person
from bench.errors import LaboratoryError
from bench.key_history import is_gone
from bench.keyring import is_revoked, opens_with_pin
from bench.laboratory import Folders, Laboratory
from bench.people import Person
from bench.trail import long_known_as
from drivers.errors import PlainError
from results import envelope as dsse
from results.journal import Journal
from results.naming import LARGEST_RECORD, RECORD_SUFFIX
from results.payload import read_payload
from results.storage import read_whole

ROLE: Final = "kepala"
"""who may give a person another key when that person has forgotten the PIN"""


def whoever_shows(
    laboratory: Laboratory,
    folders: Folders,
    journal: Journal,
    by: str | None,
    whose: Person | None,
    *,
    now: datetime,
) -> Person:
    """The person who changes a key, with `pin` where that person can show to be the one.

    A person's key is for that person and the kepala; any other key, and every revocation, for whoever has a
    PIN here. What decides is the key on the disk: anybody can take `pin = true` out of the laboratory file.
    A key that was revoked shows nothing, nor does it make its own successor. Who is kepala the trail says
    too, and for how long: anybody can write the role into that file.

    Args:
        laboratory: its people.
        folders: its keys.
        journal: with its trail; nothing of this command stands in it yet.
        by: who was named; None: the first of those who may.
        whose: the person whose key is replaced; None: the bench's key, or a revocation.
        now: the wall time.

    Raises:
        LaboratoryError: nobody of that id, or another than those who may; somebody here has a PIN.
    """
    able = [one for one in laboratory.person if opens_with_pin(folders, one) and not is_revoked(folders, one)]
    heads = [one for one in able if ROLE in one.roles and long_known_as(journal, one.id, ROLE, now)]
    if whose is not None and opens_with_pin(folders, whose):
        may = [one for one in (whose, *heads) if one in able]
    elif whose is not None and heads and is_gone(folders, whose, journal):
        may = heads
    else:
        may = [*heads, *(one for one in able if one.id == laboratory.officer.id), *able]
    who = person(laboratory, by) if by is not None else [*may, laboratory.officer][0]
    if able and who not in may:
        raise LaboratoryError(
            "key.not_for_them",
            "{person} may not change this key.",
            "Those who may, each with their own PIN: {known}. Name one with --by; whoever has "
            "forgotten it has a kepala do it. A new kepala may a day after the trail first named the role.",
            person=who.id,
            known=", ".join(dict.fromkeys(one.id for one in may)) or "-",
        )
    return msgspec.structs.replace(who, pin=bool(able))


def signed_since(folders: Folders, keyid: str, since: datetime) -> list[str]:
    """The numbers of the records here that a key signed of tests that ended then or later."""
    found = []
    for file in sorted(folders.records.glob(f"*{RECORD_SUFFIX}")):
        with suppress(PlainError):  # one that cannot be read is no record that could lose its worth
            envelope = dsse.parse(read_whole(file, most=LARGEST_RECORD))
            record = read_payload(envelope)
            signed = keyid in {one.keyid for one in envelope.signatures}
            if signed and datetime.fromisoformat(record.ended_at) >= since:
                found.append(record.number)
    return found
