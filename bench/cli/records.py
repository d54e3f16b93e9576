"""`tera record`, `certificate`, `outbox`, `push`: what was sealed, checked and handed on."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.entry import tell
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.cli.procedures import print_points
from bench.cli.unpacked import is_paper, record_in
from bench.errors import LaboratoryError
from bench.keyring import Trust, trusted_keys
from bench.labels import Labels
from bench.laboratory import Folders, load
from drivers import notation
from drivers.clock import SystemClock
from results.errors import IntegrityError
from results.naming import CERTIFICATE_SUFFIX, beside
from results.storage import plain_faults
from results.verification import VerifiedRecord, examine_record, load_record, verify_record

if TYPE_CHECKING:
    from results.delivery import Delivery
    from results.outbox import Outbox


def _trust(options: Namespace, file: Path) -> Trust:
    return trusted_keys(file, Folders(options.lab), options.keys)


def load_signed(options: Namespace, file: Path) -> VerifiedRecord:
    """A record whose signatures were checked too: only such a one is handed on."""
    with record_in(file) as found:
        record = load_record(found, _trust(options, file).keys)
    if not record.signatures_checked:
        raise LaboratoryError(
            "record.no_keys",
            "The signatures of {file} cannot be checked here: there are no public keys at hand.",
            "Ask the office for bench.pub and the officer's .pub, and name their folder with --keys.",
            file=str(file),
        )
    return record


def show(options: Namespace) -> int:
    """What a record says; a bad one is shown as bad."""
    with record_in(options.file) as found:
        report = verify_record(found, _trust(options, options.file).keys)
    labels = Labels(options.lang)
    if report.record is not None:
        if options.json:
            emit(
                {
                    "sound": report.sound,
                    "signatures_checked": report.signatures_checked,
                    "record": notation.to_builtins(report.record),
                }
            )
        else:
            record = report.record
            say(f"{record.number}  {record.identity.maker} {record.identity.model} {record.identity.serial}")
            say(f"{record.owner.name}  {record.begun_at[:16]}  {record.office.name}")
            print_points(labels, record.points)
            if record.verdict is not None:
                say(
                    labels.outcome(record.verdict.outcome)
                    if report.sound
                    else labels.text("command.record_unsound")
                )
            if report.sound and not report.signatures_checked:
                say(f"▲ {labels.text('command.record_no_keys')}")
    _tell_faults(labels, report.faults)
    return ExitCode.DONE if report.sound else ExitCode.INTEGRITY


def verify(options: Namespace) -> int:
    """Check every part of a record and its receipt."""
    file = options.file
    trust = _trust(options, file)
    with record_in(file) as found:
        report, verified = examine_record(found, trust.keys)
        checks = [(check.part, check.fault) for check in report.checks]
        if verified is not None and report.sound:
            checks += _receipt(options, found, verified, trust)
            checks += _paper(file, found, verified)
    open_parts = [part for part, _ in checks if part.startswith("open_")]
    checks = [(part, fault) for part, fault in checks if part not in open_parts]
    faults = [fault for _, fault in checks if fault is not None]
    labels = Labels(options.lang)
    if options.json:
        emit(
            {
                "file": str(file),
                "sound": not faults,
                "signatures_checked": report.signatures_checked,
                "keys": str(trust.folder) if trust.folder is not None else None,
                "checks": {part: "holds" if fault is None else fault.message for part, fault in checks},
                "unchecked": [part.removeprefix("open_") for part in open_parts],
            }
        )
    else:
        for part, fault in checks:
            say(f"{'✔' if fault is None else '✘'} {labels.word('check', part)}")
        for part in open_parts:
            say(f"▲ {labels.text(f'command.{part}')}")
        _tell_trust(labels, trust)
        _tell_faults(labels, faults)
    return _code(sound=not faults, certain=trust.keys is not None and not open_parts)


def _code(*, sound: bool, certain: bool) -> ExitCode:
    if not sound:
        return ExitCode.INTEGRITY
    return ExitCode.DONE if certain else ExitCode.IN_DOUBT


def _paper(file: Path, record: Path, verified: VerifiedRecord) -> list[tuple[str, IntegrityError | None]]:
    """Whether what is printed on a paper is what the record in it gives."""
    if not is_paper(file):
        return []
    from bench.software import package_digests  # noqa: PLC0415 - only papers need it
    from results.approval.signatures import signatures_of  # noqa: PLC0415 - only papers are signed so
    from results.paper import is_its_paper, read_receipt_bytes, unsound  # noqa: PLC0415 - the typesetter is heavy

    with plain_faults(file):
        paper = file.read_bytes()
    checks = [
        (
            "approval",
            None if one.intact and one.covers_all else unsound(str(file), "a signature on it does not hold"),
        )
        for one in signatures_of(paper)
    ]
    if is_its_paper(paper, verified, read_receipt_bytes(record)):
        return [("paper", None), *checks]
    software = verified.record.software
    if any(software.get(name) != digest for name, digest in package_digests().items()):
        return [("open_paper", None), *checks]  # another release set it; its bytes are not ours to judge
    return [("paper", unsound(str(file), "what is printed on it is not what its record gives")), *checks]


def _tell_trust(labels: Labels, trust: Trust) -> None:
    """Say whose word the signatures were checked with."""
    if trust.folder is None:
        say(f"▲ {labels.text('command.record_no_keys')}")
    else:
        say(f"  {labels.text('command.record_keys', folder=trust.folder)}")


def _receipt(
    options: Namespace, record: Path, verified: VerifiedRecord, trust: Trust
) -> list[tuple[str, IntegrityError | None]]:
    """The inclusion proof, when there is one; it stays open where the registry's key is not known."""
    from bench.keyring import registry_key  # noqa: PLC0415 - only records that were delivered need it
    from results.delivery import read_receipt, receipt_path  # noqa: PLC0415

    if not receipt_path(record).exists():
        return []
    key = registry_key(options.lab, trust, named=options.keys is not None)
    if key is None:
        return [("open_inclusion", None)]
    try:
        read_receipt(record, verified.payload, key)
    except IntegrityError as fault:
        return [("inclusion", fault)]
    return [("inclusion", None)]


def _tell_faults(labels: Labels, faults: Sequence[IntegrityError]) -> None:
    for fault in faults:
        sentence, remedy = labels.problem(fault)
        print(f"✘ {sentence}\n  {remedy}", file=sys.stderr)


def export(options: Namespace) -> int:
    """Hand on a record that was checked just now."""
    from results.export import export as exported  # noqa: PLC0415 - spreadsheets are loaded only for an export

    content = exported(load_signed(options, options.file), options.format)
    if options.output is None:
        sys.stdout.buffer.write(content)
        return ExitCode.DONE
    _write_new(options.output, content)
    return ExitCode.DONE


def certificate(options: Namespace) -> int:
    """Render the certificate of a sound record again: the same record gives the same bytes."""
    from results.certificate.rendering import render_certificate  # noqa: PLC0415 - the typesetter is heavy
    from results.paper import keep_paper, read_receipt_bytes  # noqa: PLC0415 - so it is here

    record = load_signed(options, options.file)
    if options.output is None and not is_paper(options.file):
        other = keep_paper(options.file, record)
        say(str(other or beside(options.file, CERTIFICATE_SUFFIX)))
        return ExitCode.DONE
    with record_in(options.file) as found:
        content = render_certificate(record, read_receipt_bytes(found))
    output = options.output or options.file
    with plain_faults(output):
        same = output.exists() and output.read_bytes() == content
    if not same:
        _write_new(output, content)
    say(str(output))
    return ExitCode.DONE


def _write_new(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise LaboratoryError(
            "file.exists",
            "{file} is already there and is not overwritten.",
            "Choose another name with -o.",
            file=str(path),
        ) from None
    except OSError as problem:
        raise LaboratoryError(
            "file.unwritable",
            "{file} cannot be written: {problem}.",
            "Choose another folder with -o.",
            file=str(path),
            problem=problem.strerror or str(problem),
        ) from None


def outbox(options: Namespace) -> int:
    """What waits, what was delivered, what was refused."""
    labels = Labels(options.lang)
    with _outbox(options) as box:
        _tell_outbox(options, labels, box)
    return ExitCode.DONE


def _outbox(options: Namespace) -> "Outbox":
    """The laboratory's outbox, with every sealed record in it."""
    from results.outbox import Outbox  # noqa: PLC0415 - SQLite

    folders = Folders(options.lab)
    load(options.lab)
    folders.make()
    box = Outbox(folders.outbox)
    for unreadable in box.reconcile(folders.records, sealed=_sealed(folders)):
        tell(options, unreadable.fault)
    return box


def _sealed(folders: Folders) -> frozenset[str]:
    """What the laboratory's journal says was sealed."""
    from bench.finishing import sealed_digests  # noqa: PLC0415 - the network
    from results.journal import Journal  # noqa: PLC0415 - SQLite

    if not folders.journal.exists():
        return frozenset()
    with Journal(folders.journal, read_only=True) as journal:
        return sealed_digests(journal)


def _tell_outbox(options: Namespace, labels: Labels, box: "Outbox") -> None:
    from bench.finishing import WORDS, outbox_lines  # noqa: PLC0415 - the network

    lines = outbox_lines(box, lambda error: labels.problem(error)[0])
    waiting = box.records()
    for line, item in zip(lines, waiting, strict=True):
        if options.json:
            emit(
                {
                    "record": line.number,
                    "state": WORDS[item.state],
                    "attempts": line.attempts,
                    "problem": line.problem,
                    "url": line.address,
                }
            )
    if not options.json:
        table(
            [
                (
                    line.number,
                    labels.text(f"job.{line.state}"),
                    str(line.attempts),
                    line.problem or line.address,
                )
                for line in lines
            ]
        )


def push(options: Namespace) -> int:
    """Deliver what waits."""
    return asyncio.run(_push(options))


async def _push(options: Namespace) -> int:
    from bench.finishing import deliver_all, keep_delivering  # noqa: PLC0415 - the network
    from results.outbox import State  # noqa: PLC0415 - SQLite

    labels = Labels(options.lang)
    laboratory = load(options.lab)
    clock = SystemClock()
    with _outbox(options) as box:

        def report(delivery: "Delivery") -> None:
            if delivery.problem is not None:
                tell(options, delivery.problem)

        if options.watch:
            await keep_delivering(laboratory, box, clock, report)
        else:
            delivery = await deliver_all(laboratory, box, clock)
            if delivery is None:
                raise LaboratoryError(
                    "laboratory.no_registry",
                    "This laboratory has no registry, so nothing can be delivered.",
                    "Add the section [registry] to laboratory.toml.",
                )
            report(delivery)
        _tell_outbox(options, labels, box)
        # A training record is never sent to a registry of verifications, so it keeps nobody waiting.
        left = [
            waiting
            for waiting in box.records(State.SEALED, State.QUEUED, State.REFUSED)
            if waiting.training == laboratory.bench.training
        ]
    return ExitCode.IN_DOUBT if left else ExitCode.DONE
