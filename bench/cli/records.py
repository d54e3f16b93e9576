"""`tera record`, `audit`, `certificate`, `outbox`, `push`: what was sealed, checked and handed on."""

import asyncio
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.entry import tell
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.cli.procedures import print_points
from bench.errors import LaboratoryError
from bench.keyring import trusted_beside
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Folders, load
from drivers import notation
from drivers.clock import SystemClock
from results.errors import IntegrityError
from results.verification import VerifiedRecord, load_record, verify_record

if TYPE_CHECKING:
    from bench.audit import Difference
    from results.delivery import Delivery
    from results.outbox import Outbox


def _load(options: Namespace, file: Path) -> VerifiedRecord:
    return load_record(file, trusted_beside(file, Folders(options.lab)))


def show(options: Namespace) -> int:
    """What a record says; a bad one is shown as bad."""
    report = verify_record(options.file, trusted_beside(options.file, Folders(options.lab)))
    labels = Labels(options.lang)
    if report.record is not None:
        if options.json:
            emit({"sound": report.sound, "record": notation.to_builtins(report.record)})
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
    _tell_faults(labels, report.faults)
    return ExitCode.DONE if report.sound else ExitCode.INTEGRITY


def verify(options: Namespace) -> int:
    """Check every part of a record and its receipt."""
    file = options.file
    report = verify_record(file, trusted_beside(file, Folders(options.lab)))
    checks = [(check.part, check.fault) for check in report.checks]
    if report.record is not None and report.sound:
        checks += _receipt(options, file)
    faults = [fault for _, fault in checks if fault is not None]
    labels = Labels(options.lang)
    if options.json:
        emit(
            {
                "file": str(file),
                "sound": not faults,
                "signatures_checked": report.signatures_checked,
                "checks": {part: "holds" if fault is None else fault.message for part, fault in checks},
            }
        )
    else:
        for part, fault in checks:
            say(f"{'✔' if fault is None else '✘'} {labels.word('check', part)}")
        if not report.signatures_checked:
            say(f"▲ {labels.text('command.record_no_keys')}")
        _tell_faults(labels, faults)
    return ExitCode.DONE if not faults else ExitCode.INTEGRITY


def _receipt(options: Namespace, file: Path) -> list[tuple[str, IntegrityError | None]]:
    """The inclusion proof, when there is one and the registry's key is known."""
    from bench.finishing import check_receipt  # noqa: PLC0415 - only records that were delivered need it

    if not (options.lab / FILE_NAME).exists():
        return []
    try:
        checked = check_receipt(load(options.lab), file, _load(options, file))
    except IntegrityError as fault:
        return [("inclusion", fault)]
    return [("inclusion", None)] if checked else []


def _tell_faults(labels: Labels, faults: object) -> None:
    for fault in faults if isinstance(faults, list | tuple) else ():
        sentence, remedy = labels.problem(fault)
        print(f"✘ {sentence}\n  {remedy}", file=sys.stderr)


def export(options: Namespace) -> int:
    """Hand on a record that was checked just now."""
    from results.export import export as exported  # noqa: PLC0415 - spreadsheets are loaded only for an export

    content = exported(_load(options, options.file), options.format)
    if options.output is None:
        sys.stdout.buffer.write(content)
        return ExitCode.DONE
    _write_new(options.output, content)
    return ExitCode.DONE


def audit(options: Namespace) -> int:
    """Derive records again, and check the journals they came from; any difference is named."""
    worst = ExitCode.DONE
    heads: dict[Path, list[str]] = {}
    for file in options.files:
        try:
            record = _load(options, file)
            differences = _derived(record, deep=options.deep)
        except IntegrityError as fault:
            worst = ExitCode.INTEGRITY
            _tell_audit(options, file, fault=fault)
            continue
        if differences and worst is ExitCode.DONE:
            worst = ExitCode.DOES_NOT_CONFORM
        _tell_audit(options, file, differences)
        journal = file.resolve().parent.parent / "journal.db"
        if journal.exists():
            heads.setdefault(journal, []).append(record.record.journal_head)
    for journal, known in heads.items():
        try:
            _verify_journal(journal, known)
        except IntegrityError as fault:
            worst = ExitCode.INTEGRITY
            _tell_audit(options, journal, fault=fault)
        else:
            _tell_audit(options, journal)
    return worst


def _derived(record: VerifiedRecord, *, deep: bool) -> "tuple[Difference, ...]":
    from bench.audit import audit as derive  # noqa: PLC0415 - records can be shown without procedures

    return derive(record, deep=deep)


def _verify_journal(path: Path, heads: list[str]) -> None:
    from results.journal import Journal  # noqa: PLC0415 - SQLite

    with Journal(path, read_only=True) as journal:
        journal.verify(heads)


def _tell_audit(
    options: Namespace,
    file: Path,
    differences: "tuple[Difference, ...]" = (),
    fault: IntegrityError | None = None,
) -> None:
    found: dict[str, object] = {
        "file": str(file),
        "ok": not differences and fault is None,
        "deep": options.deep,
    }
    if fault is not None:
        found |= {"fault": fault.message, "facts": fault.facts}
    if options.json:
        emit(found | {"differences": [vars(difference) for difference in differences]})
        return
    say(f"{'✔' if found['ok'] else '✘'} {file}")
    for difference in differences:
        say(f"    {difference.where}: {difference.sealed} → {difference.derived}")
    if fault is not None:
        say(f"    {' '.join(Labels(options.lang).problem(fault))}")


def certificate(options: Namespace) -> int:
    """Render the certificate of a sound record again: the same record gives the same bytes."""
    from results.certificate import render_certificate  # noqa: PLC0415 - the typesetter is heavy

    record = _load(options, options.file)
    output = options.output or options.file.with_name(options.file.name.removesuffix(".tera.json") + ".pdf")
    content = render_certificate(record)
    if not (output.exists() and output.read_bytes() == content):
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
    for unreadable in box.reconcile(folders.records):
        tell(options, unreadable.fault)
    return box


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
                (line.number, WORDS[item.state], str(line.attempts), line.problem or line.address)
                for line, item in zip(lines, waiting, strict=True)
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
        left = box.records(State.SEALED, State.QUEUED, State.REFUSED)
    return ExitCode.IN_DOUBT if left else ExitCode.DONE
