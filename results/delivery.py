"""Bring what waits in the outbox to the registry, and believe the registry only when it proves itself.

A record counts as delivered when its receipt holds: signed by the pinned key, including exactly our bytes, in
one log with all that was seen here before. Everything else is a state of the outbox and is tried again;
nothing is lost, and sending twice changes nothing at the registry.

The first request holds one record, and each that succeeds lets the next one hold twice as many: a bad line
gets small requests, of which some arrive, and a day's work crosses a good one in a few. See decision 0013.
"""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from drivers.notation import to_json
from results import envelope as dsse
from results.errors import IntegrityError, RecordError
from results.merkle import root_before, verify_consistency
from results.naming import LARGEST_RECEIPT, RECEIPT_SUFFIX, beside
from results.outbox import Outbox, State, Waiting
from results.receipt import Receipt, verify_receipt, with_own_address
from results.registry.checkpoint import Checkpoint, RegistryKey, open_note
from results.registry.wire import MOST_IN_A_BATCH
from results.registry_client import RefusedError, RegistryLine
from results.storage import plain_faults, read_whole, write_once

_FIRST_DELAY_S: Final = 5.0
_LONGEST_DELAY_S: Final = 900.0
_MOST_DOUBLINGS: Final = 10
_BATCH_BYTES: Final = 500_000
"""what one request may hold when it holds more than one record; the registry takes four times that"""
_PROOF_ATTEMPTS: Final = 2
"""a proof is not signed: before a registry is said to have forked, it is asked for the proof once more"""


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
    due = _due(outbox, now, training=training, at_once=at_once)
    delivered: list[str] = []
    most = 1
    while due:
        sent = await session.send(due[:most])
        delivered += (one.record_id for one in due[: sent.delivered])
        if sent.problem is not None:
            for waiting in due[sent.delivered : sent.delivered + sent.held]:
                _note(outbox, waiting, sent.problem, now=now, jitter=jitter)
            return Delivery(tuple(delivered), sent.problem)
        due = due[sent.delivered :]
        most = min(2 * most, MOST_IN_A_BATCH)
    return Delivery(tuple(delivered))


def receipt_path(envelope_path: Path) -> Path:
    """Where the receipt of a sealed record stands: `000007.tera.json` has `000007.receipt.json`."""
    return beside(envelope_path, RECEIPT_SUFFIX)


def read_receipt(envelope_path: Path, payload: bytes, key: RegistryKey) -> Receipt | None:
    """The receipt beside a sealed record, verified, with the record's own address; None when there is none.

    Raises:
        PlainError: see `checked_receipt`.
    """
    receipt = checked_receipt(envelope_path, payload, key)
    return with_own_address(receipt, payload) if receipt is not None else None


def checked_receipt(envelope_path: Path, payload: bytes, key: RegistryKey) -> Receipt | None:
    """The receipt beside a sealed record as it came, verified; None when there is none.

    Raises:
        IntegrityError: it is damaged or not of this record.
        StorageError: the disk refuses.
    """
    path = receipt_path(envelope_path)
    with plain_faults(path):
        if not path.exists():
            return None
    data = read_whole(path, most=LARGEST_RECEIPT)
    try:
        receipt = msgspec.json.decode(data, type=Receipt)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise IntegrityError(
            "receipt.damaged",
            "{path} cannot be read as a receipt.",
            "Move that file away and send the record again: the registry gives the same receipt.",
            path=str(path),
        ) from None
    verify_receipt(receipt, payload, key)
    return receipt


@dataclass(frozen=True)
class _Sent:
    """What became of the first of the records that were given to be sent."""

    delivered: int
    problem: RecordError | None = None
    held: int = 0
    """how many after those were sent, or could not be, and have the problem"""


@dataclass(frozen=True)
class _Loaded:
    """A record whose file was checked just now."""

    waiting: Waiting
    body: bytes
    payload: bytes
    receipt: Receipt | None
    """beside it on the disk, where the outbox was lost"""


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

    async def send(self, waiting: Sequence[Waiting]) -> _Sent:
        """Send as many of these as fit into one request; at least one is delivered, or there is a problem."""
        delivered, sent = 0, 1
        try:
            batch = self._batch(waiting)
            if batch[0].receipt is not None:
                self._note_delivered(batch[0].waiting, batch[0].receipt)
                return _Sent(1)
            if not self._looked:
                await self._look()
            sent = len(batch)
            answer = await self._line.push([one.body for one in batch])
            for one, answered in zip(batch, answer.receipts, strict=False):
                seen = verify_receipt(answered, one.payload, self._key)
                receipt = with_own_address(answered, one.payload)
                await self._accept(seen, receipt.checkpoint, new=receipt)
                write_once(receipt_path(one.waiting.path), to_json(receipt) + b"\n")
                self._note_delivered(one.waiting, receipt)
                delivered += 1
        except RecordError as problem:
            return _Sent(delivered, problem, sent - delivered)
        return _Sent(delivered, answer.refused, held=1)

    def _batch(self, waiting: Sequence[Waiting]) -> list[_Loaded]:
        """The first of these that go out together: those whose files are sound, and fit."""
        batch = [self._load(waiting[0])]
        size = len(batch[0].body)
        for one in waiting[1:]:
            try:
                loaded = self._load(one)
            except RecordError:  # told when it is the first
                break
            size += len(loaded.body)
            if size > _BATCH_BYTES or loaded.receipt is not None:
                break
            batch.append(loaded)
        return batch

    def _load(self, waiting: Waiting) -> _Loaded:
        body = self._read(waiting.path)
        if hashlib.sha256(body).hexdigest() != waiting.digest:
            raise IntegrityError(
                "outbox.changed",
                "{path} is not the file that was sealed.",
                "It is not sent. Put the copy from the backup in its place.",
                path=str(waiting.path),
            )
        payload = dsse.parse(body).content
        return _Loaded(waiting, body, payload, read_receipt(waiting.path, payload, self._key))

    def _note_delivered(self, waiting: Waiting, receipt: Receipt) -> None:
        self._outbox.note_delivered(waiting.record_id, address=receipt.verification_address)

    async def _look(self) -> None:
        note = await self._line.checkpoint()
        newest = open_note(note, self._key)
        last = self._last()
        if last is not None and newest.size < last.size:
            raise _forked("shrunk", last, newest)
        await self._accept(newest, note)
        self._looked = True

    async def _accept(self, seen: Checkpoint, note: str, *, new: Receipt | None = None) -> None:
        """Keep a checkpoint, once it and the last one are proved to be of one log.

        The receipt of a `new` last record, verified, proves that by itself when the last tree is the one that
        was there before it.
        """
        last = self._last()
        if last is not None and not _follows(last, seen, new):
            smaller, larger = sorted((last, seen), key=lambda tree: tree.size)
            for _ in range(_PROOF_ATTEMPTS):
                proof: tuple[str, ...] = ()
                if 0 < smaller.size < larger.size:
                    proof = await self._line.consistency(smaller.size, larger.size)
                if _consistent(smaller, larger, proof):
                    break
            else:
                raise _forked("forked", last, seen)
        self._outbox.keep_checkpoint(str(self._key), seen.size, note)

    def _last(self) -> Checkpoint | None:
        note = self._outbox.checkpoint(str(self._key))
        return None if note is None else open_note(note, self._key)


def _due(
    outbox: Outbox, now: Callable[[], datetime], *, training: bool, at_once: bool
) -> tuple[Waiting, ...]:
    """What is to be sent now, in order, up to the first record that must wait: it holds those after it."""

    def must_wait(one: Waiting) -> bool:
        early = one.next_attempt is not None and one.next_attempt > now()
        return not at_once and (one.state is State.REFUSED or early)

    waiting = outbox.records(State.SEALED, State.QUEUED, State.REFUSED)
    of_this_kind = (one for one in waiting if one.training == training)
    return tuple(itertools.takewhile(lambda one: not must_wait(one), of_this_kind))


def _note(
    outbox: Outbox,
    waiting: Waiting,
    problem: RecordError,
    *,
    now: Callable[[], datetime],
    jitter: Callable[[], float],
) -> None:
    refused = isinstance(problem, RefusedError)
    outbox.note_problem(
        waiting.record_id,
        state=State.REFUSED if refused else State.QUEUED,
        problem=problem.code,
        facts=problem.facts,
        next_attempt=None if refused else now() + _delay(waiting.attempts, jitter()),
    )


def _follows(last: Checkpoint, seen: Checkpoint, new: Receipt | None) -> bool:
    """Whether a verified receipt shows `seen` to be `last` with that one record more."""
    return (
        new is not None
        and new.leaf_index == last.size == seen.size - 1
        and root_before([bytes.fromhex(digest) for digest in new.inclusion_proof]) == last.root
    )


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
