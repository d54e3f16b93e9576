"""`tera record verify` of an evidence bundle: the bench's signature, and every file of its list."""

from argparse import Namespace
from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path, PurePosixPath

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say
from bench.labels import Labels
from bench.vouching import Trust
from drivers.errors import PlainError
from results.errors import IntegrityError
from results.naming import BUNDLE_SUFFIX, LARGEST_RECORD
from results.statement import EvidenceBundle, read_statement
from results.storage import plain_faults, read_whole


def is_bundle(file: Path) -> bool:
    """Whether this is the list of an evidence bundle rather than a record."""
    return file.name.endswith(BUNDLE_SUFFIX)


def verify(options: Namespace, trust: Trust) -> int:
    """Check the signature of a bundle and each file in it; whatever else lies there is named.

    Raises:
        IntegrityError: the list is not what a trusted bench signed.
        StorageError: it cannot be read.
    """
    file: Path = options.file
    data = read_whole(file, most=LARGEST_RECORD)
    stated = read_statement(data, EvidenceBundle, trust.keys)
    faults = list(faults_of(stated.content, file))
    labels = Labels(options.lang)
    if options.json:
        emit(
            {
                "file": str(file),
                "sound": not faults,
                "signatures_checked": stated.signatures_checked,
                "ticket": stated.content.ticket,
                "faults": [fault.message for fault in faults],
            }
        )
    else:
        say(labels.text("command.bundle_ticket", ticket=stated.content.ticket))
        say(f"  {stated.content.bench}  {stated.content.at}  {stated.content.by}")
        for fault in faults:
            say(f"✘ {labels.problem(fault)[0]}")
        if not faults:
            say(f"✔ {labels.text('command.bundle_files', count=labels.whole(len(stated.content.files)))}")
        if not stated.signatures_checked:
            say(f"▲ {labels.text('command.record_no_keys')}")
    if faults:
        return ExitCode.INTEGRITY
    return ExitCode.DONE if stated.signatures_checked else ExitCode.IN_DOUBT


def faults_of(bundle: EvidenceBundle, index: Path) -> Iterator[PlainError]:
    """What is wrong with the files beside a list."""
    folder = index.parent
    listed = {entry.name: entry.digest for entry in bundle.files}
    for name, digest in listed.items():
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield _unsound(name, "its place is outside of the bundle")
        elif not path.is_file():
            yield _unsound(name, "it is not there")
        elif _digest(path) != digest:
            yield _unsound(name, "it was changed since the bundle was signed")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path != index and name not in listed:
            yield _unsound(name, "it does not belong to the bundle")


def _digest(path: Path) -> str:
    with plain_faults(path), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _unsound(name: str, why: str) -> IntegrityError:
    return IntegrityError(
        "bundle.unsound",
        "{file} in the evidence bundle is not sound: {why}.",
        "Ask the office for the bundle again; keep this one as it is.",
        file=name,
        why=why,
    )
