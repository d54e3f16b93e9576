"""`tera audit`: derives records again and checks their journals; a bad file never hides the others."""

from argparse import Namespace
from pathlib import Path

from bench.audit import Audit
from bench.audit import audit as derive
from bench.cli.exit_code import ExitCode, code_of
from bench.cli.output import emit, say
from bench.cli.unpacked import record_in
from bench.keyring import Trust, registry_key, trusted_keys
from bench.labels import Labels
from bench.laboratory import Folders
from drivers.errors import PlainError
from results.delivery import read_receipt, receipt_path
from results.journal import Journal
from results.verification import VerifiedRecord, load_record

_GRAVITY = (
    ExitCode.DONE,
    ExitCode.USAGE,
    ExitCode.IN_DOUBT,
    ExitCode.DOES_NOT_CONFORM,
    ExitCode.INTEGRITY,
)
"""the gravest of all files is the answer"""


def audit(options: Namespace) -> int:
    """Derive records again, and check the journals they came from; any difference is named."""
    codes = [ExitCode.DONE]
    hashes: dict[Path, list[str]] = {}
    for file in options.files:
        try:
            codes.append(_audit_one(options, file, hashes))
        except PlainError as fault:
            codes.append(code_of(fault))
            _tell(options, file, fault=fault)
    for journal, known in hashes.items():
        try:
            with Journal(journal, read_only=True) as opened:
                opened.verify(known)
        except PlainError as fault:
            codes.append(code_of(fault))
            _tell(options, journal, fault=fault)
        else:
            _tell(options, journal)
    return max(codes, key=_GRAVITY.index)


def _audit_one(options: Namespace, file: Path, hashes: dict[Path, list[str]]) -> ExitCode:
    trust = trusted_keys(file, Folders(options.lab), options.keys)
    with record_in(file) as unpacked:
        record = load_record(unpacked, trust.keys, tables=options.deep)
        receipt_left_open = _check_receipt(options, unpacked, record, trust)
    found = derive(record, deep=options.deep)
    journal = file.absolute().parent.parent / "journal.db"
    unchecked = list(found.unchecked)
    if journal.exists():
        # Between the entries of one run those of others may stand: only the whole journal shows every link.
        hashes.setdefault(journal, []).extend(kept.hash for kept in record.evidence.entries)
    else:
        unchecked.append("journal")
    if not record.signatures_checked:
        unchecked.append("signatures")
    unchecked += receipt_left_open
    _tell(options, file, found, unchecked=unchecked)
    if found.differences:
        return ExitCode.DOES_NOT_CONFORM
    return ExitCode.DONE if record.signatures_checked else ExitCode.IN_DOUBT


def _check_receipt(options: Namespace, record: Path, verified: VerifiedRecord, trust: Trust) -> list[str]:
    """The receipt beside a record, when there is one; left open where the registry's key is not known.

    Raises:
        IntegrityError: it does not prove this record.
    """
    if not receipt_path(record).exists():
        return []
    key = registry_key(options.lab, trust, named=options.keys is not None)
    if key is None:
        return ["receipt"]
    read_receipt(record, verified.payload, key)
    return []


def _tell(
    options: Namespace,
    file: Path,
    audit: Audit | None = None,
    *,
    unchecked: list[str] | None = None,
    fault: PlainError | None = None,
) -> None:
    differences = audit.differences if audit is not None else ()
    release = audit.release if audit is not None else None
    ok = not differences and fault is None
    let_go = fault is not None and fault.code == "evidence.released"
    if options.json:
        found: dict[str, object] = {"file": str(file), "ok": ok, "deep": options.deep}
        if fault is not None:
            found |= {"fault": fault.message, "facts": fault.facts}
        found |= {
            "differences": [vars(difference) for difference in differences],
            "unchecked": unchecked or [],
            "release": vars(release) if release is not None else None,
        }
        emit(found)
        return
    labels = Labels(options.lang)
    say(f"{'✔' if ok else '▲' if let_go else '✘'} {file}")
    for difference in differences:
        say(f"    {difference.where}: {difference.sealed} → {difference.derived}")
    if release is not None:
        say(f"  ▲ {labels.text('audited.release', sealed=release.sealed, present=release.derived)}")
    for part in unchecked or []:
        say(f"  ▲ {labels.text(f'unchecked.{part}')}")
    if fault is not None:
        say(f"    {' '.join(labels.problem(fault))}")
