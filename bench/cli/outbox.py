"""`tera outbox` and `push`: what waits for the registry, and its ways there: the network, or a stick."""

import asyncio
from argparse import Namespace
from pathlib import Path
from typing import Final

from bench.cli.entry import tell
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.errors import LaboratoryError, no_registry
from bench.finishing import WORDS, deliver_all, keep_delivering, outbox_lines, sealed_digests
from bench.labels import Labels
from bench.laboratory import Folders, Laboratory, load
from drivers.clock import SystemClock
from results.delivery import Delivery
from results.errors import IntegrityError
from results.journal import Journal
from results.kept_receipts import take_receipts
from results.keys import read_trusted_keys
from results.outbox import Outbox, State
from results.registry.checkpoint import RegistryKey
from results.stick import StickLine, export_waiting, strange_receipts
from results.verification import load_record

_TOLD: Final = 50
"""of the delivered records, the newest, to a person; programs are told all"""


def outbox(options: Namespace) -> int:
    """What waits, what was delivered, what was refused; or the way over a stick."""
    labels = Labels(options.lang)
    if options.action is not None:
        if options.folder is None:
            raise LaboratoryError(
                "usage.stick",
                "Which folder of the stick?",
                "Name it, as in: tera outbox export /media/stick.",
            )
        return (
            _export(options, labels) if options.action == "export" else asyncio.run(_take_in(options, labels))
        )
    with _outbox(options) as box:
        _tell_outbox(options, labels, box)
    return ExitCode.DONE


def _registry_of(laboratory: Laboratory) -> RegistryKey:
    if laboratory.registry is None:
        raise no_registry()
    return RegistryKey.parse(laboratory.registry.key)


def _export(options: Namespace, labels: Labels) -> int:
    """Put what waits on a stick."""
    laboratory = load(options.lab)
    keys = read_trusted_keys(Folders(options.lab).keys)
    with _outbox(options) as box:
        take_receipts(box, _registry_of(laboratory))
        written = export_waiting(
            box,
            options.folder,
            bench=laboratory.bench.id,
            registry=str(_registry_of(laboratory)),
            read=lambda path: load_record(path, keys).envelope,
            training=laboratory.bench.training,
        )
    if options.json:
        emit({"exported": [str(path) for path in written]})
    else:
        say(labels.text("command.exported", count=labels.whole(len(written)), folder=str(options.folder)))
    return ExitCode.DONE


async def _take_in(options: Namespace, labels: Labels) -> int:
    """Check the proofs that came back on a stick, and mark what they prove as delivered."""
    laboratory = load(options.lab)
    place = options.folder / laboratory.bench.id
    with _outbox(options) as box:
        for path in strange_receipts(box, place):
            tell(options, _foreign(path))
        delivery = await deliver_all(laboratory, box, SystemClock(), line=StickLine(place))
        if delivery is None:
            raise no_registry()
        return _after(options, labels, laboratory, box, delivery)


def _foreign(path: Path) -> IntegrityError:
    return IntegrityError(
        "stick.foreign",
        "{path} belongs to no record of this bench.",
        "It is left alone; ask the registry's office whose it is.",
        path=str(path),
    )


def _after(
    options: Namespace, labels: Labels, laboratory: Laboratory, box: Outbox, delivery: Delivery | None
) -> int:
    """Tell what came of a delivery; a record that still waits is in doubt."""
    if delivery is not None and delivery.problem is not None:
        tell(options, delivery.problem)
    _tell_outbox(options, labels, box)
    # A training record is never sent to a registry of verifications, so it keeps nobody waiting.
    left = [
        waiting
        for waiting in box.records(State.SEALED, State.QUEUED, State.REFUSED)
        if waiting.training == laboratory.bench.training
    ]
    return ExitCode.IN_DOUBT if left else ExitCode.DONE


def _outbox(options: Namespace) -> Outbox:
    """The laboratory's outbox, with every sealed record in it."""
    folders = Folders(options.lab)
    load(options.lab)
    folders.make()
    box = Outbox(folders.outbox)
    for unreadable in box.reconcile(folders.records, sealed=lambda: _sealed(folders)):
        tell(options, unreadable.fault)
    return box


def _sealed(folders: Folders) -> frozenset[str]:
    """What the laboratory's journal says was sealed."""
    if not folders.journal.exists():
        return frozenset()
    with Journal(folders.journal, read_only=True) as journal:
        return sealed_digests(journal)


def _tell_outbox(options: Namespace, labels: Labels, box: Outbox) -> None:
    waiting = box.records() if options.json else box.recent(_TOLD)
    lines = outbox_lines(waiting, labels.problem)
    for line, item in zip(lines, waiting, strict=True):
        if options.json:
            emit(
                {
                    "record": line.number,
                    "state": WORDS[item.state],
                    "attempts": line.attempts,
                    "problem": line.problem,
                    "remedy": line.remedy,
                    "url": line.address,
                }
            )
    if not options.json and not lines:
        say(labels.text("command.outbox_none"))
    if not options.json:
        table(
            [
                (
                    line.number,
                    labels.text(f"job.{line.state}"),
                    str(line.attempts),
                    f"{line.problem} {line.remedy}".strip() or line.address,
                )
                for line in lines
            ]
        )
        if (older := box.delivered() - _TOLD) > 0:
            say(labels.text("command.outbox_older", count=older))


def push(options: Namespace) -> int:
    """Deliver what waits."""
    return asyncio.run(_push(options))


async def _push(options: Namespace) -> int:
    labels = Labels(options.lang)
    laboratory = load(options.lab)
    clock = SystemClock()
    with _outbox(options) as box:

        def report(delivery: Delivery) -> None:
            if delivery.problem is not None:
                tell(options, delivery.problem)

        if options.watch:
            await keep_delivering(laboratory, box, clock, report)
            return _after(options, labels, laboratory, box, None)
        delivery = await deliver_all(laboratory, box, clock)
        if delivery is None:
            raise no_registry()
        return _after(options, labels, laboratory, box, delivery)
