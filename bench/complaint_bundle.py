"""The evidence bundle of a complaint: all that bears on its records, put together and derived again today.

Whoever handles the complaint, or judges it later, needs nothing else: the sealed records themselves, what
they give today, the limits and standards of the day, who tested and with what competence, the register's
proof, and what was tested before and after. The bench signs the list of files.
"""

import shutil
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bench.audit import audit
from bench.complaints import ComplaintDesk
from bench.errors import LaboratoryError
from bench.keyring import bench_key
from bench.let_go import check_here, told_where
from bench.look_back import tested
from bench.software import identification
from bench.vouching import registry_key, trusted_keys
from drivers.errors import PlainError
from drivers.notation import to_builtins, to_json
from results.complaint import Complaint
from results.dating import dated
from results.delivery import read_receipt, receipt_path
from results.entry import BENCH, Kept, Noted, RunBegun
from results.envelope import render
from results.naming import (
    APPROVED_SUFFIX,
    BUNDLE_SUFFIX,
    CERTIFICATE_SUFFIX,
    EVIDENCE_SUFFIX,
    RECEIPT_SUFFIX,
    RECORD_SUFFIX,
    beside,
)
from results.number import file_stem, sequence_of
from results.run_summary import RunSummary
from results.statement import BundledFile, EvidenceBundle, state
from results.storage import plain_faults, write_once
from results.verification import examine_record

_NEIGHBOURS: Final = 2
"""how many records before and after one are looked at"""
_SUFFIXES: Final = (RECORD_SUFFIX, EVIDENCE_SUFFIX, CERTIFICATE_SUFFIX, APPROVED_SUFFIX, RECEIPT_SUFFIX)


def bundle(desk: ComplaintDesk, complaint: Complaint, target: Path, by: str) -> Path:
    """Put the evidence of a complaint into a new folder; gives the signed list of its files.

    Args:
        desk: the bench whose complaint it is.
        complaint: with at least one record.
        target: a folder that is not there yet.
        by: who asked for it, by id.

    Raises:
        LaboratoryError: no record is named, one is not sealed, or the folder is there already.
        StorageError: the disk refuses, or a sealed file is missing.
    """
    if not complaint.records:
        raise LaboratoryError(
            "complaint.no_record",
            "{ticket} names no record yet, so there is no evidence to put together.",
            "Name it in a step: tera complaint step {ticket} verifikasi --record 000017.",
            ticket=complaint.ticket,
        )
    if target.exists():
        raise LaboratoryError(
            "file.exists", "{file} is already there and is not overwritten.", "Choose another name with -o.",
            file=str(target),
        )  # fmt: skip
    runs = desk.journal.runs()
    for number in complaint.records:
        check_here(desk.folders.records / f"{file_stem(number)}{RECORD_SUFFIX}")
    for number in complaint.records:
        _of_record(desk, runs, number, target / file_stem(number))
    write_once(target / "complaint.json", to_json([to_builtins(step.facts) for step in complaint.steps]))
    files = [file for file in sorted(target.rglob("*")) if file.is_file()]
    content = EvidenceBundle(
        ticket=complaint.ticket,
        bench=desk.laboratory.bench.id,
        at=desk.at(),
        by=by,
        records=complaint.records,
        files=tuple(
            BundledFile(file.relative_to(target).as_posix(), sha256(file.read_bytes()).hexdigest())
            for file in files
        ),
        software=identification(),
        journal_head=desk.journal.head(),
    )
    envelope = state(content, bench_key(desk.folders))
    desk.trail.note("bundled", ticket=complaint.ticket, bundle=envelope.digest, by=by)
    index = target / f"{complaint.ticket}{BUNDLE_SUFFIX}"
    write_once(index, render(envelope))
    return index


def _of_record(desk: ComplaintDesk, runs: Sequence[RunSummary], number: str, folder: Path) -> None:
    """All that bears on one record."""
    place = next(at for at, summary in enumerate(runs) if summary.begun.number == number)
    run = runs[place]
    file = desk.folders.records / f"{file_stem(number)}{RECORD_SUFFIX}"
    if run.sealed is None:
        raise LaboratoryError(
            "complaint.unsealed",
            "Record {number} is not sealed yet.",
            "Seal it first: tera seal {number}.",
            number=number,
        )
    folder.mkdir(parents=True)
    for suffix in _SUFFIXES:
        if (source := beside(file, suffix)).exists():
            with plain_faults(folder / source.name):
                shutil.copyfile(source, folder / source.name)
    trail, entries = desk.journal.entries(BENCH), desk.journal.entries(run.run)
    begun = next(entry for kept in entries if isinstance(entry := kept.entry, RunBegun))
    for name, found in {
        "today.json": today(desk, number),
        "rules.json": begun.task.get("rules"),
        "standards.json": {"used": begun.standards, "to_choose_from": begun.cupboard},
        "competence.json": _competence(trail, entries[0], begun.officer_id),
        "neighbours.json": _neighbours(runs, place),
        "journal.json": [{**to_builtins(kept), "body": None} for kept in entries],
    }.items():
        write_once(folder / name, to_json(found))


def today(desk: ComplaintDesk, number: str) -> dict[str, Any]:
    """What checking a record and deriving it again gives today; a bad record is said to be bad.

    Raises:
        StorageError: it is not there.
    """
    file = desk.folders.records / f"{file_stem(number)}{RECORD_SUFFIX}"
    trust = trusted_keys(file, desk.folders)
    with told_where(file):
        report, verified = examine_record(file, trust.keys)
    found: dict[str, Any] = {
        "at": desk.at(),
        "software": identification(),
        "checks": {
            check.part: "holds" if check.fault is None else check.fault.message for check in report.checks
        },
    }
    if verified is None:
        return found
    verdict = verified.record.verdict
    found["outcome"] = None if verdict is None else verdict.outcome.value
    again = audit(verified, deep=True)
    found["differences"] = [vars(difference) for difference in again.differences]
    found["unchecked"] = again.unchecked
    try:
        key = registry_key(desk.folders.root, trust, named=False)
        if key is not None and receipt_path(file).exists():
            receipt = read_receipt(file, verified.payload, key)
            times = dated(verified.record, receipt, key)
            found["register"] = {"proved": True, "not_before": times.not_before, "not_after": times.not_after}
    except PlainError as fault:
        found["register"] = {"proved": False, "why": fault.message}
    return found


def _competence(trail: Sequence[Kept], first: Kept, officer: str) -> dict[str, Any]:
    """What the trail says of the officer on the day of the test: the configuration noted last before it."""
    known: dict[str, str] = {}
    for kept in trail:
        match kept.entry:
            case Noted(what="configuration", facts=facts) if kept.sequence < first.sequence:
                known = facts["configuration"]
            case _:
                pass
    return {"officer": officer, "on": first.at, "noted": known.get(f"person {officer}")}


def _neighbours(runs: Sequence[RunSummary], place: int) -> list[dict[str, Any]]:
    """The records before and after, and every other one of the same instrument."""
    run = runs[place]
    return [
        {
            "number": other.begun.number,
            "begun": other.begun_at,
            "state": other.state,
            "officer": other.begun.officer_id,
            "because": list(why),
            **tested(other),
        }
        for other in runs
        if other is not run and (why := tuple(_bearing(run, other)))
    ]


def _bearing(run: RunSummary, other: RunSummary) -> Iterator[str]:
    """Why one run bears on another."""
    if run.begun.training == other.begun.training:
        away = abs(sequence_of(run.begun.number) - sequence_of(other.begun.number))
        if away <= _NEIGHBOURS:
            yield "number"
    serials = [one.begun.order.identity.serial for one in (run, other)]
    if serials[0] and serials[0] == serials[1]:
        yield "instrument"
    if other.begun.supersedes.endswith(f":{run.begun.number}"):
        yield "amendment"
