"""The report of a validation: what was tried on which installation, signed by the bench.

It shows that this program, on this computer, gave the known answers at that time. That the program is the
right one is for whoever compares its digests with those of the release: a program can say anything of itself.
"""

import asyncio
from pathlib import Path

from bench.keyring import bench_key
from bench.laboratory import Folders, Laboratory
from bench.software import identification
from bench.trail import Trail
from bench.validation.answers import case_answers, cryptography_answers, driver_answers, rule_answers
from bench.validation.installed import installed_files
from bench.validation.whole import journal_answers, record_answers, twin_answers
from drivers import catalogue as drivers
from procedures import catalogue, regulation
from results.envelope import render
from results.journal import Journal
from results.naming import VALIDATION_SUFFIX
from results.statement import ValidationReport, state
from results.storage import write_once


def validate(
    laboratory: Laboratory, folders: Folders, journal: Journal, trail: Trail, at: str
) -> tuple[ValidationReport, Path]:
    """Try this installation and keep the signed report; gives it with its file.

    Args:
        laboratory: whose installation it is.
        folders: where its files are.
        journal: open for writing, so that no run is under way elsewhere.
        trail: the report is noted before it is written.
        at: the wall time, ISO 8601 with offset.

    Raises:
        RecordError: the bench's key is damaged.
        StorageError: the disk refuses.
    """
    parts = (
        installed_files(),
        cryptography_answers(),
        journal_answers(journal),
        driver_answers(laboratory, folders),
        rule_answers(),
        case_answers(),
        record_answers(),
        asyncio.run(twin_answers()),
    )
    report = ValidationReport(
        bench=laboratory.bench.id,
        office=laboratory.office.name,
        at=at,
        clock=trail.clock_state(),
        by=laboratory.officer.id,
        software=identification(),
        procedures={name: one.edition for name, one in catalogue.catalogue().items()},
        rules={
            header.id: regulation.digest(header.id)
            for kind in catalogue.catalogue()
            for header in regulation.tables(kind)
        },
        drivers={
            name: drivers.load(name, folder=folders.drivers).mark.digest
            for name in sorted({entry.driver for entry in laboratory.instrument})
        },
        parts=parts,
        valid=not any(part.findings for part in parts),
        journal_head=journal.head(),
    )
    envelope = state(report, bench_key(folders))
    file = folders.validations / f"{_compact(at)}{VALIDATION_SUFFIX}"
    trail.note("validated", report=envelope.digest, valid=report.valid, file=file.name)
    write_once(file, render(envelope))
    return report, file


def _compact(at: str) -> str:
    """A time as part of a file's name, in order of time: `20261122-021500`."""
    return at[:19].replace("-", "").replace(":", "").replace("T", "-")
