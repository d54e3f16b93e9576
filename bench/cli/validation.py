"""`tera check --validate`, and `tera record verify` of what a bench has stated."""

from argparse import Namespace
from pathlib import Path
from typing import Final

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say
from bench.labels import Labels
from bench.laboratory import Folders, load
from bench.office_time import wall_time
from bench.software import identification
from bench.trail import Trail
from bench.validation.report import validate as tried
from bench.vouching import Trust
from drivers import notation
from drivers.clock import SystemClock
from results.journal import Journal
from results.naming import LARGEST_RECORD, VALIDATION_SUFFIX
from results.statement import ValidationPart, ValidationReport, read_statement
from results.storage import read_whole

_OF_THE_COMPUTER: Final = frozenset({"system", "machine"})


def validate(options: Namespace) -> int:
    """Try this installation on what has a known answer; keep and sign what came out."""
    laboratory, folders, clock = load(options.lab), Folders(options.lab), SystemClock()
    if options.officer is not None:
        laboratory = laboratory.seated(options.officer)
    folders.make()

    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, clock)
        report, file = tried(laboratory, folders, journal, trail, wall_time(laboratory, clock))
    if options.json:
        emit({"valid": report.valid, "report": str(file), "parts": report.parts, "software": report.software})
    else:
        labels = Labels(options.lang)
        for part in report.parts:
            _tell(labels, part)
        say(f"{_mark(report.valid)} {labels.text(f'command.valid_{report.valid}', file=file)}")
    return ExitCode.DONE if report.valid else ExitCode.DOES_NOT_CONFORM


def is_validation(file: Path) -> bool:
    """Whether this is a validation report rather than a record."""
    return file.name.endswith(VALIDATION_SUFFIX)


def verify(options: Namespace, trust: Trust) -> int:
    """Check a validation report: its signature, that it stands in the journal, and what it says.

    Raises:
        IntegrityError: it is not what a trusted bench signed.
        StorageError: it cannot be read.
    """
    data = read_whole(options.file, most=LARGEST_RECORD)
    stated = read_statement(data, ValidationReport, trust.keys)
    report = stated.content
    checks = {
        "signatures": True if stated.signatures_checked else None,
        "journaled": _journaled(options.lab, stated.digest),
        "installation": _this(report) or None,
        "answers": report.valid,
    }
    labels = Labels(options.lang)
    if options.json:
        emit({"file": str(options.file), "checks": checks, "report": notation.to_builtins(report)})
    else:
        say(f"{report.office}  {report.bench}  {report.at}  {report.by}")
        for part in report.parts:
            _tell(labels, part)
        for name, holds in checks.items():
            say(f"{_mark(holds)} {labels.text(f'validation.{name}_{holds}')}")
    if checks["journaled"] is False:
        return ExitCode.INTEGRITY
    if not report.valid:
        return ExitCode.DOES_NOT_CONFORM
    return ExitCode.DONE if stated.signatures_checked else ExitCode.IN_DOUBT


def _journaled(lab: Path, digest: str) -> bool | None:
    """Whether the journal of the laboratory has this report; None: there is no journal at hand."""
    from results.entry import BENCH, Noted  # noqa: PLC0415 - only a laboratory's own report needs it

    file = Folders(lab).journal
    if not file.exists():
        return None
    with Journal(file, read_only=True) as journal:
        return any(
            isinstance(kept.entry, Noted)
            and kept.entry.what == "validated"
            and kept.entry.facts.get("report") == digest
            for kept in journal.entries(BENCH)
        )


def _this(report: ValidationReport) -> bool:
    """Whether the program that runs now is the one that was tried, on such a computer."""
    present = identification()
    return {name for name, value in present.items() if report.software.get(name) != value} <= _OF_THE_COMPUTER


def _tell(labels: Labels, part: ValidationPart) -> None:
    say(f"{_mark(not part.findings)} {labels.word('validation', part.name)}: {labels.whole(part.held)}")
    for finding in part.findings:
        say(f"    {finding}")


def _mark(holds: bool | None) -> str:
    return "▲" if holds is None else "✔" if holds else "✘"
