"""The hash that ties each journal entry to the one before it.

The encoding is unambiguous: a domain word, fixed-width numbers and length-prefixed texts. It covers the
digest of the body rather than the body, so that a row can be linked without being shown.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from results.entry import Entry, Kept
from results.errors import IntegrityError
from results.malformed import MISFITS

FIRST: Final = "0" * 64
"""what stands as `previous` of the first entry"""
_DOMAIN: Final = b"tera-bench/journal/1\x00"
MarkedRow = tuple[int, str, float, bytes, str, int]
"""sequence, time, elapsed, body, the hash before unless it is that of the row before, the mark of its hash"""
_numbers: Final = struct.Struct(">QdII").pack
_ENTRIES: Final[msgspec.json.Decoder[Entry]] = msgspec.json.Decoder(Entry)


def entry_hash(sequence: int, *, run: str, at: str, elapsed: float, previous: str, body: bytes) -> str:
    """SHA-256 of one entry, hexadecimal; `elapsed` in seconds, `previous` the hash before it."""
    run_bytes, at_bytes = run.encode(), at.encode()
    return hashlib.sha256(
        b"".join(
            (
                _DOMAIN,
                _numbers(sequence, elapsed, len(run_bytes), len(at_bytes)),
                run_bytes,
                at_bytes,
                bytes.fromhex(previous),
                hashlib.sha256(body).digest(),
            )
        )
    ).hexdigest()


def written_entry(*, sequence: int, run: str, at: str, elapsed: float, previous: str, body: bytes) -> Kept:
    """The entry as it will be kept after `previous`; read back from its bytes, so that it can be read later.

    Raises:
        IntegrityError: these bytes are no entry; nothing may be kept.
    """
    try:
        entry = _ENTRIES.decode(body)
    except MISFITS as misfit:
        raise _broken(sequence, "this run", f"it could not be read again ({misfit})") from misfit
    return Kept(
        sequence=sequence,
        run=run,
        at=at,
        elapsed=elapsed,
        entry=entry,
        body=body,
        previous=previous,
        hash=entry_hash(sequence, run=run, at=at, elapsed=elapsed, previous=previous, body=body),
    )


def checked_entry(row: tuple[int, str, str, float, bytes, str, str], *, where: str) -> Kept:
    """Check one stored row (sequence, run, at, elapsed, body, previous, hash) and read it.

    Raises:
        IntegrityError: the row is not what was written; the facts name its sequence.
    """
    sequence, run, at, elapsed, _, previous, own = row
    body = checked_body(row, where=where)
    try:
        entry = _ENTRIES.decode(body)
    except MISFITS:
        raise _changed(sequence, where) from None
    return Kept(
        sequence=sequence,
        run=run,
        at=at,
        elapsed=elapsed,
        entry=entry,
        body=body,
        previous=previous,
        hash=own,
    )


def checked_body(row: tuple[int, str, str, float, bytes, str, str], *, where: str) -> bytes:
    """Check one stored row like `checked_entry`; gives its body, unread.

    Raises:
        IntegrityError: the row is not what was written; the facts name its sequence.
    """
    sequence, run, at, elapsed, body, previous, kept = row
    try:
        own = entry_hash(sequence, run=run, at=at, elapsed=elapsed, previous=previous, body=body)
    except MISFITS:
        own = ""
    if own != kept:
        raise _changed(sequence, where)
    return body


def marked_entries(run: str, rows: Iterable[MarkedRow], *, where: str) -> tuple[Kept, ...]:
    """Check and read the rows of one run, of whose hashes marks are kept.

    That the whole hashes are right is shown by that of the last entry, which stands in the signed record.

    Raises:
        IntegrityError: a row is not what was written; the facts name its sequence.
    """
    found: list[Kept] = []
    own = ""
    for sequence, at, elapsed, body, before, mark in rows:
        previous = before or own
        try:
            own = entry_hash(sequence, run=run, at=at, elapsed=elapsed, previous=previous, body=body)
            # What is not genuine is not even parsed.
            entry = _ENTRIES.decode(body) if mark_of(own) == mark else None
        except MISFITS:
            entry = None
        if entry is None:
            raise _changed(sequence, where)
        found.append(
            Kept(
                sequence=sequence,
                run=run,
                at=at,
                elapsed=elapsed,
                entry=entry,
                body=body,
                previous=previous,
                hash=own,
            )
        )
    return tuple(found)


def mark_of(digest: str) -> int:
    """The first four bytes of a hash: enough to tell which entry of a broken chain was changed."""
    return int(digest[:8], 16)


def check_links(entries: Iterable[Kept], *, where: str, whole: bool) -> None:
    """Check that entries follow one another; see `linked`."""
    for _ in linked(entries, where=where, whole=whole):
        pass


def linked(entries: Iterable[Kept], *, where: str, whole: bool) -> Iterator[Kept]:
    """The same entries, each once it was seen to follow on the one before it.

    Args:
        entries: in the order stored, each already checked by itself.
        where: what holds them, for the message.
        whole: the entries of the whole journal; otherwise of one run, between which other runs may stand.
            Over such a gap no link can be followed here: only the journal shows it, whose `verify` takes the
            hashes of these entries as heads.

    Raises:
        IntegrityError: an entry is missing, repeated or in the wrong place; the facts name its sequence.
    """
    last_sequence, last_hash = 0, FIRST
    for kept in entries:
        if kept.sequence <= last_sequence:
            raise _broken(kept.sequence, where, "it is repeated or stands in the wrong place")
        if whole and kept.sequence != last_sequence + 1:
            raise _broken(last_sequence + 1, where, "it is missing")
        if kept.sequence == last_sequence + 1 and kept.previous != last_hash:
            raise _broken(kept.sequence, where, "it does not follow from the entry before it")
        last_sequence, last_hash = kept.sequence, kept.hash
        yield kept


def _changed(sequence: int, where: str) -> IntegrityError:
    return _broken(sequence, where, "its content was changed after it was written")


def _broken(sequence: int, where: str, why: str) -> IntegrityError:
    return IntegrityError(
        "journal.chain",
        "Entry {sequence} of {where} is not genuine: {why}.",
        "Stop work with this file, keep it as it is, and compare it with the last backup.",
        sequence=sequence,
        where=where,
        why=why,
    )
