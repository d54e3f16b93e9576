"""`tera record` and `certificate`: what was sealed, checked and handed on."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from bench.cli.bundles import is_bundle
from bench.cli.bundles import verify as verify_bundle
from bench.cli.exit_code import ExitCode
from bench.cli.output import TRAINING, emit, say, warn, write_new
from bench.cli.papers import compared
from bench.cli.procedures import print_outcome, print_points
from bench.cli.unpacked import is_paper, named_record, record_in
from bench.cli.validation import is_validation
from bench.cli.validation import verify as verify_validation
from bench.errors import LaboratoryError, unwritable
from bench.labels import Labels
from bench.laboratory import Folders
from bench.own_records import Asked, ask_journals
from bench.printing import note_printing
from bench.vouching import Trust, registry_key, trusted_keys
from drivers import notation
from drivers.clock import SystemClock
from results.approval.signatures import PaperSignature
from results.certificate.words import zone_name
from results.dating import Dated, dated
from results.errors import IntegrityError
from results.naming import CERTIFICATE_SUFFIX, beside
from results.record import Record
from results.storage import plain_faults
from results.verification import Report, VerifiedRecord, examine_record

_MARKS: Final = {ExitCode.DONE: "✔", ExitCode.IN_DOUBT: "▲", ExitCode.INTEGRITY: "✘"}
_TO_THE_END: Final = timedelta(minutes=1, microseconds=-1)


def _trust(options: Namespace, file: Path) -> Trust:
    return trusted_keys(file, Folders(options.lab), options.keys)


def load_signed(options: Namespace, file: Path) -> VerifiedRecord:
    """A record whose signatures were checked too, and the journal at hand: only such a one is handed on."""
    with record_in(file) as found:
        report, record, asked = _examined(options, file, found, _trust(options, file))
    if record is None:
        raise report.faults[0]
    if asked.unread is not None:
        raise asked.unread
    if not record.signatures_checked:
        raise LaboratoryError(
            "record.no_keys",
            "The signatures of {file} cannot be checked here: there are no public keys at hand.",
            "Ask the office for bench.pub and the officer's .pub, and name their folder with --keys.",
            file=str(file),
        )
    return record


def _examined(
    options: Namespace, file: Path, found: Path, trust: Trust
) -> tuple[Report, VerifiedRecord | None, Asked]:
    """All that is checked of a record, with what the journal of its bench says where that is at hand."""
    report, verified = examine_record(found, trust.keys)
    asked = Asked() if verified is None else ask_journals(report, options.lab, file, trust, verified)
    return report, verified if report.sound else None, asked


def show(options: Namespace) -> int:
    """What a record says; a bad one is shown as bad."""
    options.file = named_record(options.lab, options.file)
    with record_in(options.file) as found:
        report, _, asked = _examined(options, options.file, found, _trust(options, options.file))
    labels = Labels(options.lang)
    if report.record is not None:
        if options.json:
            emit(
                {
                    "sound": report.sound,
                    "signatures_checked": report.signatures_checked,
                    "superseded_by": asked.newer or None,
                    "record": notation.to_builtins(report.record),
                }
            )
        else:
            record = report.record
            _tell_training(record.training)
            say(f"{record.number}  {record.identity.maker} {record.identity.model} {record.identity.serial}")
            say(f"{record.owner.name}  {record.begun_at[:16]}  {record.office.name}")
            print_points(labels, record.points)
            if record.verdict is not None and report.sound:
                print_outcome(labels, record.kind, record.verdict.outcome, record.subjects)
            elif record.verdict is not None:
                say(labels.text("command.record_unsound"))
            if report.sound and not report.signatures_checked:
                say(f"▲ {labels.text('command.record_no_keys')}")
            _tell_asked(labels, asked)
    _tell_faults(labels, report.faults)
    return ExitCode.DONE if report.sound else ExitCode.INTEGRITY


def verify(options: Namespace) -> int:
    """Check every part of a record and its receipt."""
    file = options.file = named_record(options.lab, options.file)
    trust = _trust(options, file)
    if is_validation(file):
        return verify_validation(options, trust)
    if is_bundle(file):
        return verify_bundle(options, trust)
    times = Dated(None, None)
    approvals: tuple[PaperSignature, ...] = ()
    with record_in(file) as found:
        report, verified, asked = _examined(options, file, found, trust)
        checks = [(check.part, check.fault) for check in report.checks]
        if verified is not None:
            proved, times = _receipt(options, found, verified, trust)
            checks += proved
            if is_paper(file):
                paper, approvals = compared(file, found, verified)
                checks += paper
    open_parts = [part for part, _ in checks if part.startswith("open_")]
    checks = [(part, fault) for part, fault in checks if part not in open_parts]
    faults = [fault for _, fault in checks if fault is not None]
    code = _code(sound=not faults, certain=trust.keys is not None and not open_parts and not asked.newer)
    labels = Labels(options.lang)
    if options.json:
        emit(
            {
                "file": str(file),
                "sound": not faults,
                "signatures_checked": report.signatures_checked,
                "keys": str(trust.folder) if trust.folder is not None else None,
                "checks": {part: "holds" if fault is None else fault.message for part, fault in checks},
                "superseded_by": asked.newer or None,
                "unchecked": [part.removeprefix("open_") for part in open_parts],
                "not_before": times.not_before,
                "not_after": times.not_after,
                "approvals": [
                    {"name": one.name, "meaning": one.meaning, "at": one.at, "certificate": one.certificate}
                    for one in approvals
                ],
            }
        )
    else:
        _tell_training(report.record is not None and report.record.training)
        _tell_parts(labels, checks, open_parts)
        _tell_asked(labels, asked)
        if verified is not None:
            _tell_times(labels, times, verified.record)
        _tell_approvals(labels, approvals)
        _tell_trust(labels, trust)
        _tell_faults(labels, faults)
        left = [*([] if trust.keys is not None else ["keys"]), *open_parts]
        facts = {
            "which": report.record.number if report.record is not None else file.name,
            "why": ", ".join(labels.word("left_open", part) for part in left),
            "newer": asked.newest,
        }
        say(f"{_MARKS[code]} {labels.text(f'conclusion.{_conclusion(report.record, code, left)}', **facts)}")
    return code


def _tell_training(training: bool) -> None:
    """Say first of all that what follows is no verification."""
    if training:
        say(TRAINING)


def _tell_parts(
    labels: Labels, checks: Sequence[tuple[str, IntegrityError | None]], open_parts: Sequence[str]
) -> None:
    for part, fault in checks:
        say(f"{'✔' if fault is None else '✘'} {labels.word('check', part)}")
    for part in open_parts:
        if part != "open_unread_journal":  # told with its reason
            say(f"▲ {labels.text(f'command.{part}')}")


def _tell_asked(labels: Labels, asked: Asked) -> None:
    """Say that another record counts in the place of this one, or why no journal could tell."""
    if asked.newer:
        which = "superseded" if asked.newest == asked.newer else "superseded_since"
        say(f"▲ {labels.text(f'command.{which}', newer=asked.newer, newest=asked.newest)}")
    if asked.unread is not None:
        say(f"▲ {labels.text('command.unread_journal', why=labels.problem(asked.unread)[0])}")


def _tell_approvals(labels: Labels, approvals: Sequence[PaperSignature]) -> None:
    """Say who declared what by an electronic signature, and when."""
    for one in approvals:
        facts = {"name": one.name, "meaning": one.meaning or "–", "at": one.at or "–"}
        say(f"  {labels.text('command.approval', **facts)}")


def _tell_times(labels: Labels, times: Dated, record: Record) -> None:
    """Say between which two times a record came to be, by the clock of its office as on its paper."""
    office = datetime.fromisoformat(record.begun_at).tzinfo
    before, after = times.not_before, times.not_after
    if before is not None:
        say(f"  {labels.text('command.not_before', at=_written(labels, before.astimezone(office)))}")
    if after is not None:  # the minute that has ended by then: "not after" is never too early
        at = _written(labels, (after + _TO_THE_END).astimezone(office))
        say(f"  {labels.text('command.not_after', at=at)}")


def _written(labels: Labels, at: datetime) -> str:
    return f"{labels.moment(at)} {zone_name(at)}".rstrip()


def _conclusion(record: Record | None, code: ExitCode, left: Sequence[str]) -> str:
    """Which sentence says last of all what holds of the whole; what does not hold stands above it."""
    if code is ExitCode.IN_DOUBT and not left:
        return "superseded"
    training = code is ExitCode.DONE and record is not None and record.training
    return "training" if training else code.name.lower()


def _code(*, sound: bool, certain: bool) -> ExitCode:
    if not sound:
        return ExitCode.INTEGRITY
    return ExitCode.DONE if certain else ExitCode.IN_DOUBT


def _tell_trust(labels: Labels, trust: Trust) -> None:
    """Say whose word the signatures were checked with."""
    if trust.folder is None:
        say(f"▲ {labels.text('command.record_no_keys')}")
    else:
        say(f"  {labels.text('command.record_keys', folder=trust.folder)}")


def _receipt(
    options: Namespace, record: Path, verified: VerifiedRecord, trust: Trust
) -> tuple[list[tuple[str, IntegrityError | None]], Dated]:
    """The registry's proofs of inclusion and time, where there are any; open where its key is not known."""
    from results.delivery import read_receipt, receipt_path  # noqa: PLC0415

    unknown = Dated(None, None)
    delivered = receipt_path(record).exists()
    if not delivered and verified.record.checkpoint is msgspec.UNSET:
        return [], unknown
    key = registry_key(options.lab, trust, named=options.keys is not None)
    if key is None:
        return [("open_inclusion", None)] if delivered else [], unknown
    try:
        receipt = read_receipt(record, verified.payload, key)
    except IntegrityError as fault:
        return [("inclusion", fault)], unknown
    proved: list[tuple[str, IntegrityError | None]] = [("inclusion", None)] if delivered else []
    try:
        times = dated(verified.record, receipt, key)
    except IntegrityError as fault:
        return [*proved, ("dating", fault)], unknown
    return proved if times == unknown else [*proved, ("dating", None)], times


def _tell_faults(labels: Labels, faults: Sequence[IntegrityError]) -> None:
    for fault in faults:
        sentence, remedy = labels.problem(fault)
        warn(f"✘ {sentence}\n  {remedy}")


def export(options: Namespace) -> int:
    """Hand on a record that was checked just now."""
    from results.export import export as exported  # noqa: PLC0415 - spreadsheets are loaded only for an export

    options.file = named_record(options.lab, options.file)
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

    options.file = named_record(options.lab, options.file)
    record = load_signed(options, options.file)
    if options.output is None and not is_paper(options.file):
        _note(options, record, render_certificate(record, read_receipt_bytes(options.file)))
        other = keep_paper(options.file, record)
        say(str(other or beside(options.file, CERTIFICATE_SUFFIX)))
        return ExitCode.DONE
    with record_in(options.file) as found:
        content = render_certificate(record, read_receipt_bytes(found))
    _note(options, record, content)
    output = options.output or options.file
    with plain_faults(output):
        same = output.exists() and output.read_bytes() == content
    if not same:
        _write_new(output, content)
    say(str(output))
    return ExitCode.DONE


def _note(options: Namespace, record: VerifiedRecord, paper: bytes) -> None:
    """Note that a paper is printed again, where the bench that made it is at hand."""
    note_printing(
        (options.lab, options.file.absolute().parent.parent.parent),
        record,
        paper,
        to=str(options.output or options.file.name),
        officer=options.officer,
        clock=SystemClock(),
    )


def _write_new(path: Path, content: bytes) -> None:
    try:
        write_new(path, content)
    except FileExistsError:
        raise LaboratoryError(
            "file.exists",
            "{file} is already there and is not overwritten.",
            "Choose another name with -o.",
            file=str(path),
        ) from None
    except OSError as problem:
        raise unwritable(path, problem) from None
