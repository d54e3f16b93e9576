"""After the verdict: sign, seal, queue, deliver, and believe the registry only when it proves itself.

Each stage reads only what the stage before left on disk, so each can be done again.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from bench.desk import JobState, OutboxLine
from bench.errors import LaboratoryError
from bench.key_history import check_not_gone
from bench.keyring import BENCH_KEY, bench_key, officer_key
from bench.laboratory import Folders, Laboratory
from bench.people import Person
from bench.session import Surroundings
from bench.unbroken import in_thread
from drivers.clock import Clock
from drivers.errors import PlainError
from results.delivery import Delivery, deliver
from results.entry import RunBegun
from results.errors import DeliveryError, RecordError
from results.journal import Journal
from results.kept_receipts import take_receipts
from results.keys import FileKey, TrustedKey, read_trusted_keys
from results.outbox import Outbox, State, Waiting
from results.paper import keep_paper
from results.receipt import verification_address
from results.registry.checkpoint import RegistryKey, open_note
from results.registry_client import HttpRegistryLine, RegistryLine
from results.sealing import SealedRun
from results.sealing import seal as seal_run
from results.verification import load_record

JOB_STATES: Final = {
    State.SEALED: JobState.SEALED,
    State.QUEUED: JobState.QUEUED,
    State.REFUSED: JobState.REFUSED,
    State.DELIVERED: JobState.DELIVERED,
}
WORDS: Final = {
    State.SEALED: "tersegel",
    State.QUEUED: "antre",
    State.DELIVERED: "diterima",
    State.REFUSED: "ditolak",
}
"""how the public contract names the states of delivery"""

_WATCH_S: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A sealed run."""

    number: str
    sealed: SealedRun
    address: str
    """where anyone can verify it, once it is registered; empty without a registry"""

    def files(self) -> dict[str, str]:
        """The three files, as the contract names them."""
        return {
            "record": str(self.sealed.record),
            "evidence": str(self.sealed.evidence),
            "certificate": str(self.sealed.certificate),
        }


def seal(around: Surroundings, folders: Folders, outbox: Outbox, run: str, pin: str) -> Finished:
    """Sign an ended run with the bench's and the officer's key, seal it and queue it.

    Raises:
        RecordError: wrong PIN, or the run has not ended.
        StorageError: the disk refuses; sealing can be done again.
        IntegrityError: what is on disk is not what was written.
    """
    seals = signing_keys(around, folders, run, pin)
    sealed = seal_run(
        around.journal,
        run,
        folder=folders.records,
        seals=seals,
        keys=read_trusted_keys(folders.keys),
        at=around.at(),
        elapsed=around.clock.monotonic(),
    )
    outbox.enqueue(sealed.record, sealed={sealed.verified.digest})
    record = sealed.verified.record
    address = verification_address(record.registry, sealed.verified.payload) if record.registry else ""
    return Finished(number=record.number, sealed=sealed, address=address)


def signing_keys(around: Surroundings, folders: Folders, run: str, pin: str) -> tuple[FileKey, FileKey]:
    """The bench's key, and that of whoever tested.

    Raises:
        LaboratoryError: a PIN is needed, too many wrong ones were tried, or one of both has ended.
        RecordError: wrong PIN.
    """
    officer = officer_of(around, run)
    for owner in (None, officer):
        check_not_gone(folders, owner, around.journal)
    seals = bench_key(folders), officer_key(folders, officer, pin, now=around.clock.utc())
    trusted = read_trusted_keys(folders.keys)
    for seal, whose in zip(seals, (BENCH_KEY, officer.id), strict=True):
        known = trusted.get(seal.keyid)
        # One that was replaced may be here again: out of a backup, or laid there by whoever found it.
        if known is not None and not (known.revoked is None and known.retired is None):
            raise LaboratoryError(
                "key.signs_no_more",
                "The key of {whose} was revoked or replaced, so nothing is signed with it.",
                "Replace it, then go on: tera key rotate {whose} --reason TEXT.",
                whose=whose,
            )
    return seals


def officer_of(around: Surroundings, run: str) -> Person:
    """Whoever tested signs; a run that names nobody is the present officer's."""
    laboratory = around.laboratory
    begun = next((kept.entry for kept in around.journal.entries(run)), None)
    if not isinstance(begun, RunBegun) or not begun.officer_id:
        return laboratory.officer
    for person in laboratory.person:
        if person.id == begun.officer_id:
            return person
    raise LaboratoryError(
        "key.person_unknown",
        "This run is {person}'s, who is not in laboratory.toml, so nobody can sign it.",
        "Put that [[person]] back into the file; whoever tested signs.",
        person=begun.officer_id,
    )


def newest_checkpoint(laboratory: Laboratory, outbox: Outbox) -> str:
    """The newest signed checkpoint of the registry that was proved here; empty when there is none.

    Raises:
        DeliveryError: the registry's key in the laboratory file is mistyped.
    """
    entry = laboratory.registry
    return "" if entry is None else outbox.checkpoint(str(RegistryKey.parse(entry.key))) or ""


def checkpoint_time(laboratory: Laboratory, checkpoint: str) -> datetime | None:
    """When the registry signed a checkpoint of `newest_checkpoint`; None for none.

    Raises:
        IntegrityError: it is not the registry's any more: the outbox was changed.
    """
    if laboratory.registry is None or not checkpoint:
        return None
    return open_note(checkpoint, RegistryKey.parse(laboratory.registry.key)).at


def sealed_digests(journal: Journal) -> frozenset[str]:
    """The digests of all records that a journal says were sealed: only those are delivered."""
    return frozenset(summary.sealed.record_digest for summary in journal.runs() if summary.sealed is not None)


async def deliver_all(
    laboratory: Laboratory,
    outbox: Outbox,
    clock: Clock,
    *,
    at_once: bool = True,
    line: RegistryLine | None = None,
) -> Delivery | None:
    """Push what waits, each record once all of it was checked; None when this laboratory has no registry.

    Args:
        laboratory: names the registry and its key.
        outbox: of this laboratory.
        clock: tells when the next attempt is due.
        at_once: do not wait for that.
        line: in place of the network.

    Raises:
        DeliveryError: the registry's key in the laboratory file is mistyped.
        StorageError: the bench's own disk refuses.
    """
    entry = laboratory.registry
    if entry is None:
        return None
    keys = read_trusted_keys(outbox.path.parent / "keys")
    take_receipts(outbox, RegistryKey.parse(entry.key))
    async with HttpRegistryLine(entry.url) as network:
        delivery = await deliver(
            outbox,
            line or network,
            RegistryKey.parse(entry.key),
            read=lambda path: load_record(path, keys).envelope,
            now=clock.utc,
            jitter=random.random,
            training=laboratory.bench.training,
            at_once=at_once,
        )
    problem = await in_thread(partial(_complete_papers, outbox, delivery.delivered, keys))
    return replace(delivery, problem=delivery.problem or problem)


def _complete_papers(
    outbox: Outbox, delivered: Sequence[str], keys: Mapping[str, TrustedKey]
) -> RecordError | None:
    """Give the papers of delivered records their proof; one that cannot be written is told and stays."""
    problem = None
    for record_id in delivered:
        waiting = outbox.find(record_id)
        if waiting is not None:
            try:
                keep_paper(waiting.path, load_record(waiting.path, keys))
            except RecordError as fault:
                problem = fault
    return problem


async def keep_delivering(
    laboratory: Laboratory, outbox: Outbox, clock: Clock, tell: Callable[[Delivery], None]
) -> None:
    """Push what waits, again and again, until cancelled."""
    while True:
        delivery = await deliver_all(laboratory, outbox, clock, at_once=False)
        if delivery is None:
            return
        tell(delivery)
        await asyncio.sleep(_WATCH_S)


def state_of(outbox: Outbox, record_id: str) -> State:
    """Where a sealed record stands."""
    waiting = outbox.find(record_id)
    return waiting.state if waiting is not None else State.SEALED


def outbox_lines(
    outbox: Iterable[Waiting], told: Callable[[PlainError], tuple[str, str]]
) -> tuple[OutboxLine, ...]:
    """Records of the outbox, in its order, as a screen shows them.

    Args:
        outbox: the records.
        told: words an error and its remedy in the reader's language.
    """
    lines: list[OutboxLine] = []
    holding: dict[bool, Waiting] = {}
    for waiting in outbox:
        held = None if waiting.state in {State.DELIVERED, State.REFUSED} else holding.get(waiting.training)
        if waiting.state is State.REFUSED:
            holding.setdefault(waiting.training, waiting)
        error = _problem(waiting) if held is None else _held(held)
        problem, remedy = told(error) if error is not None else ("", "")
        lines.append(
            OutboxLine(
                number=waiting.number,
                outcome=waiting.outcome,
                state=JOB_STATES[waiting.state],
                attempts=waiting.attempts,
                problem=problem,
                remedy=remedy,
                address=waiting.address,
            )
        )
    return tuple(lines)


def _problem(waiting: Waiting) -> DeliveryError | None:
    """What the last attempt ended with.

    The outbox keeps no English sentence but the registry's own; the reader's language goes by the code.
    """
    if not waiting.problem:
        return None
    message = "{answer}" if "answer" in waiting.facts else waiting.problem
    remedy = "{advice}" if "advice" in waiting.facts else ""
    return DeliveryError(waiting.problem, message, remedy, **waiting.facts)


def _held(by: Waiting) -> DeliveryError:
    return DeliveryError(
        "outbox.held",
        "It waits for record {number}: the register takes numbers in their order.",
        "Settle that record first; what waits goes out with it.",
        number=by.number,
    )
