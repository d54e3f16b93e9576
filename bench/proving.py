"""Showing to be the one who is named: with the PIN, by whoever has one."""

from datetime import datetime

import msgspec

from bench.errors import LaboratoryError
from bench.keyring import is_revoked, officer_key, opens_with_pin, pin_is_new
from bench.laboratory import Folders
from bench.people import Person
from bench.trail import Trail


def proof(folders: Folders, trail: Trail, who: Person, pin: str, now: datetime) -> str:
    """Have somebody who signs with a PIN show it; a refusal stands in the trail.

    Returns:
        How the person was known: `pin`; or `named`, where there is no PIN to show.

    Raises:
        LaboratoryError: no PIN was given, too many wrong ones were tried, the person has no key yet, or the
            key was revoked.
        RecordError: a wrong PIN.
    """
    # What decides is the key on the disk too: anybody can take `pin = true` out of the laboratory file.
    if not who.pin and not opens_with_pin(folders, who):
        return "named"
    who = msgspec.structs.replace(who, pin=True)
    with trail.refusals_kept(person=who.id):
        if pin_is_new(folders, who):  # the first PIN typed would become theirs, whoever types it
            raise LaboratoryError(
                "key.not_made",
                "{name} has no key yet, so nobody can show to be {name}.",
                "Let {name} make it first: tera key new {who}.",
                name=who.name,
                who=who.id,
            )
        officer_key(folders, who, pin, now=now)
        if is_revoked(folders, who):  # asked last: to open a key puts its public half back
            raise LaboratoryError(
                "key.revoked",
                "The key of {name} is revoked, so nobody can show with it to be {name}.",
                "Have a kepala make a new one for {name}: tera key rotate {who} --by KEPALA.",
                name=who.name,
                who=who.id,
            )
    return "pin"
