"""Bring what waits in the outbox to the registry, and believe the registry only when it proves itself.

A record counts as delivered when its receipt holds: signed by the pinned key, including exactly our bytes, in
one log with all that was seen here before. Everything else is a state of the outbox and is tried again;
nothing is lost, and sending twice changes nothing at the registry.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from drivers.notation import to_json
from results import envelope as dsse
from results.errors import IntegrityError, RecordError
from results.merkle import verify_consistency
from results.naming import RECEIPT_SUFFIX, beside
from results.outbox import Outbox, State, Waiting
from results.receipt import Receipt, verify_receipt
from results.registry.checkpoint import Checkpoint, RegistryKey, open_note
from results.registry_client import RefusedError, RegistryLine
from results.storage import plain_faults, write_once

_FIRST_DELAY_S: Final = 5.0
_LONGEST_DELAY_S: Final = 900.0
_MOST_DOUBLINGS: Final = 10


@dataclass(frozen=True)
class Delivery:
    """What a call of `deliver` has done."""

    delivered: tuple[str, ...]
    """ids of the records that were registered just now"""
    problem: RecordError | None = None
    """why it stopped before the end: registry down, refusing, or (IntegrityError) not proving itself"""


async def deliver(
    outbox: Outbox,
    line: RegistryLine,
    key: RegistryKey,
    *,
    read: Callable[[Path], bytes],
    now: Callable[[], datetime],
    jitter: Callable[[], float],
    training: bool = False,
    at_once: bool = False,
) -> Delivery:
    """Send what waits, in the order of the numbers, and stop at the first that does not arrive.

    The registry takes no number before the one that precedes it, so a record that cannot be delivered holds
    those after it; they are not tried.

    Args:
        outbox: of this bench.
        line: to the registry.
        key: the registry's key, as the laboratory has pinned it.
        read: gives the bytes of an envelope file once all of the record was checked; raises a RecordError.
        now: the wall time, aware.
        jitter: a number from 0 to 1, so that benches do not all come back in the same second.
        training: send the training records, to a training registry, and no others; else only verifications.
        at_once: do not wait for the time of the next attempt, and try a refused record again.

    Returns:
        What was done. A registry that is down or lies is told here and in the outbox, never raised.

    Raises:
        StorageError: the outbox itself cannot be read or written.
    """
    session = _Session(outbox, line, key, read)
    delivered: list[str] = []
    for waiting in outbox.records(State.SEALED, State.QUEUED, State.REFUSED):
        if waiting.training != training:
            continue
        due = waiting.next_attempt is None or waiting.next_attempt <= now()
        if not at_once and (waiting.state is State.REFUSED or not due):
            break
        try:
            await session.deliver(waiting)
        except RecordError as problem:
            refused = isinstance(problem, RefusedError)
            outbox.note_problem(
                waiting.record_id,
                state=State.REFUSED if refused else State.QUEUED,
                problem=problem.code,
                facts=problem.facts,
                next_attempt=None if refused else now() + _delay(waiting.attempts, jitter()),
            )
            return Delivery(tuple(delivered), problem)
        delivered.append(waiting.record_id)
    return Delivery(tuple(delivered))


def receipt_path(envelope_path: Path) -> Path:
    """Where the receipt of a sealed record stands: `000007.tera.json` has `000007.receipt.json`."""
    return beside(envelope_path, RECEIPT_SUFFIX)


def read_receipt(envelope_path: Path, payload: bytes, key: RegistryKey) -> Receipt | None:
    """The receipt beside a sealed record, verified; None when there is none yet.

    Raises:
        IntegrityError: it is damaged or not of this record.
        StorageError: the disk refuses.
    """
    path = receipt_path(envelope_path)
    with plain_faults(path):
        if not path.exists():
            return None
        data = path.read_bytes()
    try:
        receipt = msgspec.json.decode(data, type=Receipt)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise IntegrityError(
            "receipt.damaged",
            "{path} cannot be read as a receipt.",
            "Move that file away and send the record again: the registry gives the same receipt.",
            path=str(path),
        ) from None
    verify_receipt(receipt, payload, key)
    return receipt


class _Session:
    """One call of `deliver`: the registry's newest tree is looked at before the first record goes out."""

    def __init__(
        self, outbox: Outbox, line: RegistryLine, key: RegistryKey, read: Callable[[Path], bytes]
    ) -> None:
        self._outbox = outbox
        self._line = line
        self._key = key
        self._read = read
        self._looked = False

    async def deliver(self, waiting: Waiting) -> None:
        body = self._read(waiting.path)
        if hashlib.sha256(body).hexdigest() != waiting.digest:
            raise IntegrityError(
                "outbox.changed",
                "{path} is not the file that was sealed.",
                "It is not sent. Put the copy from the backup in its place.",
                path=str(waiting.path),
            )
        payload = dsse.parse(body).content
        receipt = read_receipt(waiting.path, payload, self._key)
        if receipt is None:
            if not self._looked:
                await self._look()
            receipt = await self._line.push(body)
            await self._accept(verify_receipt(receipt, payload, self._key), receipt.checkpoint)
            write_once(receipt_path(waiting.path), to_json(receipt) + b"\n")
        self._outbox.note_delivered(waiting.record_id, address=receipt.verification_address)

    async def _look(self) -> None:
        note = await self._line.checkpoint()
        newest = open_note(note, self._key)
        last = self._last()
        if last is not None and newest.size < last.size:
            raise _forked("shrunk", last, newest)
        await self._accept(newest, note)
        self._looked = True

    async def _accept(self, seen: Checkpoint, note: str) -> None:
        """Keep a checkpoint, once it and the last one are proved to be of one log."""
        last = self._last()
        if last is not None:
            smaller, larger = sorted((last, seen), key=lambda tree: tree.size)
            proof: tuple[str, ...] = ()
            if 0 < smaller.size < larger.size:
                proof = await self._line.consistency(smaller.size, larger.size)
            if not _consistent(smaller, larger, proof):
                raise _forked("forked", last, seen)
        self._outbox.keep_checkpoint(str(self._key), seen.size, note)

    def _last(self) -> Checkpoint | None:
        note = self._outbox.checkpoint(str(self._key))
        return None if note is None else open_note(note, self._key)


def _consistent(smaller: Checkpoint, larger: Checkpoint, proof: tuple[str, ...]) -> bool:
    try:
        digests = [bytes.fromhex(digest) for digest in proof]
    except ValueError:
        return False
    return verify_consistency(smaller.size, larger.size, smaller.root, larger.root, digests)


def _delay(attempts: int, jitter: float) -> timedelta:
    """Doubling from 5 s to 15 min, of which the jitter takes away up to a half."""
    whole = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0 ** min(attempts, _MOST_DOUBLINGS))
    return timedelta(seconds=whole * (0.5 + 0.5 * jitter))


def _forked(how: str, last: Checkpoint, seen: Checkpoint) -> IntegrityError:
    return IntegrityError(
        f"registry.{how}",
        "The registry shows a log of {size} records that does not go on from the {last_size} seen before.",
        "The record is safe and stays in the outbox; keep this message and call the registry's office.",
        size=seen.size,
        root=seen.root.hex(),
        last_size=last.size,
        last_root=last.root.hex(),
    )
