"""Revocations and replacements as the trail tells of them: without its file a key is not good again."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from results.entry import Kept, Noted
from results.keys import TrustedKey


def forgotten(keys: Mapping[str, TrustedKey], entries: Iterable[Kept]) -> dict[str, datetime]:
    """The keys that a trail says are revoked and a folder of keys does not, and from when on.

    Args:
        keys: of the folder, by key id.
        entries: of the trail; an older one has the first digits of a key only, which count when one key has
            them.
    """
    found: dict[str, datetime] = {}
    for kept in entries:
        match kept.entry:
            case Noted(what="key_revoked", facts={"key": str(digits), "since": str(text)}) if digits:
                since = datetime.fromisoformat(text)
                meant = [keyid for keyid in keys if keyid.startswith(digits)]
                if len(meant) == 1:
                    found[meant[0]] = min(since, found.get(meant[0], since))
            case _:
                pass
    return {
        keyid: since
        for keyid, since in found.items()
        if (kept_since := keys[keyid].revoked) is None or kept_since > since
    }


def in_force_again(keys: Mapping[str, TrustedKey], entries: Iterable[Kept]) -> dict[str, datetime]:
    """The keys that a trail says were replaced and a folder of keys does not, and from when on.

    Args:
        keys: of the folder, by key id; one that was revoked then or before is not in force.
        entries: of the trail; an older one has no key.
    """
    found: dict[str, datetime] = {}
    for kept in entries:
        match kept.entry:
            case Noted(what="key_rotated", facts={"key": str(keyid), "since": str(text)}) if keyid in keys:
                found[keyid] = datetime.fromisoformat(text)  # the last counts: one before it was cut off
            case _:
                pass
    return {
        keyid: since
        for keyid, since in found.items()
        if all(at is None or at > since for at in (keys[keyid].retired, keys[keyid].revoked))
    }
