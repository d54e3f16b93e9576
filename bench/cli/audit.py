"""`tera audit`: derives records again and checks their journals; a bad file never hides the others.

The records of a year are tens of thousands: many of them are shared out among the cores of the machine.
"""

import gc
import os
import signal
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from bench.audit import Audit
from bench.audit import audit as derive
from bench.cli.exit_code import ExitCode, code_of
from bench.cli.output import TRAINING, say
from bench.cli.unpacked import is_paper, named_record, record_in
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.vouching import Vouchers
from drivers.errors import PlainError
from drivers.notation import to_json
from results.delivery import checked_receipt, receipt_path
from results.entry import Kept
from results.errors import StorageError
from results.journal import Journal
from results.naming import RECORD_FILES
from results.registry.checkpoint import RegistryKey
from results.storage import plain_faults
from results.verification import VerifiedRecord, load_record

_GRAVITY = (
    ExitCode.DONE,
    ExitCode.USAGE,
    ExitCode.IN_DOUBT,
    ExitCode.DOES_NOT_CONFORM,
    ExitCode.INTEGRITY,
)
"""the gravest of all files is the answer"""
_MANY: Final = 64
"""files from which on other processes are worth their start"""
_MOST_AT_ONCE: Final = 64
"""files that one process takes; each time it looks again who vouches for them"""
_MOST_PROCESSES: Final = 61
"""so many one program of Windows can wait for"""
_OBJECTS_MADE: Final = 50_000
"""between two looks for circles of objects"""


@dataclass(frozen=True, kw_only=True)
class _Audited:
    """What is to be told of one file."""

    code: ExitCode
    lines: tuple[str, ...]
    journal: Path | None = None
    """the journal at hand that must hold its entries"""
    heads: tuple[str, ...] = ()
    """hashes that stand for all of them: see `_heads`"""


def audit(options: Namespace) -> int:
    """Derive records again, and check the journals they came from; any difference is named."""
    codes: list[ExitCode] = []
    heads: dict[Path, list[str]] = {}
    with _collecting_less():
        for found in _each(options, _files(options.files)):
            codes.append(found.code)
            for line in found.lines:
                say(line)
            if found.journal is not None:
                heads.setdefault(found.journal, []).extend(found.heads)
    if len(codes) > 1 and not options.json:
        sound = codes.count(ExitCode.DONE)
        say(Labels(options.lang).text("command.audited", count=len(codes), sound=sound))
    for journal, known in heads.items():
        fault: PlainError | None = None
        try:
            with Journal(journal, read_only=True) as opened:
                opened.verify(known)
        except PlainError as refusal:
            fault = refusal
            codes.append(code_of(fault))
        for line in _lines(options, journal, fault=fault):
            say(line)
    return max(codes, key=_GRAVITY.index, default=ExitCode.DONE)


def _files(named: Iterable[Path]) -> list[Path]:
    """The records that are meant; a folder stands for all that lie in it, for itself when there are none."""
    found: list[Path] = []
    for path in named:
        inside: list[Path] = []
        with suppress(OSError):  # told when it is read
            inside = sorted(path.glob(RECORD_FILES)) if path.is_dir() else []
        found += inside or [path]
    return found


def _each(options: Namespace, files: Sequence[Path]) -> Iterator[_Audited]:
    """What is found of each file, in the order of the files."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    one = partial(_audit_file, options, Vouchers(options.lab, options.keys))
    most = min(cores, _MOST_PROCESSES)
    pool = None
    if len(files) >= _MANY and cores > 1:
        # Here, so that what it loads is there in every process, where processes begin as copies.
        yield one(files[0])
        files = files[1:]
        with suppress(OSError, ImportError, NotImplementedError):  # a system without shared semaphores
            pool = ProcessPoolExecutor(most, initializer=_begin_process)
    if pool is None:
        yield from map(one, files)
        return
    at_once = max(1, min(_MOST_AT_ONCE, len(files) // (4 * most)))
    try:
        yield from pool.map(one, files, chunksize=at_once)
    except BrokenProcessPool:
        fault = StorageError(
            "audit.ended_outside",
            "A process of this audit was ended from outside, so not all records were looked at.",
            "Close other programs and run it again with fewer records.",
        )
        yield _Audited(code=code_of(fault), lines=_lines(options, files[-1].parent, fault=fault))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _begin_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(_OBJECTS_MADE)


@contextmanager
def _collecting_less() -> Iterator[None]:
    """What is loaded stays, and an audit makes no circles: looking for them took a fifteenth of its time."""
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_MADE)
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()


def _audit_file(options: Namespace, vouchers: Vouchers, file: Path) -> _Audited:
    try:
        with plain_faults(file):
            if file.is_dir():
                raise LaboratoryError(
                    "audit.no_record",
                    "There is no record in {folder}.",
                    "Name the folder in which the records lie, such as data/records.",
                    folder=str(file),
                )
        return _audit_one(options, vouchers, named_record(options.lab, file))
    except PlainError as fault:
        return _Audited(code=code_of(fault), lines=_lines(options, file, fault=fault))


def _audit_one(options: Namespace, vouchers: Vouchers, file: Path) -> _Audited:
    trust = vouchers.of(file)
    with record_in(file) as unpacked:
        record = load_record(unpacked, trust.keys, tables=options.deep)
        left_open = [
            *_check_receipt(unpacked, record, lambda: vouchers.register_of(trust)),
            *_check_printed(file, unpacked, record),
        ]
    found = derive(record, deep=options.deep)
    journal = file.absolute().parent.parent / "journal.db"
    there = journal.exists()
    unchecked = list(found.unchecked)
    if not there:
        unchecked.append("journal")
    if not record.signatures_checked:
        unchecked.append("signatures")
    unchecked += left_open
    certain = record.signatures_checked and "paper" not in left_open
    code = ExitCode.DONE if certain else ExitCode.IN_DOUBT
    return _Audited(
        code=ExitCode.DOES_NOT_CONFORM if found.differences else code,
        lines=_lines(
            options, file, found, unchecked=unchecked, certain=certain, training=record.record.training
        ),
        journal=journal if there else None,
        heads=_heads(record.evidence.entries),
    )


def _heads(entries: Sequence[Kept]) -> tuple[str, ...]:
    """The hash of each entry that another run's follows: the chain of the journal leads to all before it.

    Between the entries of one run those of others may stand, so only the whole journal shows every link.
    """
    breaks = (kept.hash for kept, following in pairwise(entries) if following.sequence != kept.sequence + 1)
    return (*breaks, entries[-1].hash)


def _check_receipt(
    record: Path, verified: VerifiedRecord, register: Callable[[], RegistryKey | None]
) -> list[str]:
    """The receipt beside a record, when there is one; left open where the registry's key is not known.

    Raises:
        IntegrityError: it does not prove this record.
    """
    if not receipt_path(record).exists():
        return []
    key = register()
    if key is None:
        return ["receipt"]
    checked_receipt(record, verified.payload, key)
    return []


def _check_printed(file: Path, record: Path, verified: VerifiedRecord) -> list[str]:
    """The printed words of a paper; left open where another release may have printed them.

    Raises:
        IntegrityError: they are not what the record in it gives, or a signature on it does not hold.
    """
    if not is_paper(file):
        return []
    from bench.cli.papers import compared  # noqa: PLC0415 - the typesetter is heavy

    checks, _ = compared(file, record, verified)
    for _, fault in checks:
        if fault is not None:
            raise fault
    return [part.removeprefix("open_") for part, _ in checks if part.startswith("open_")]


def _lines(
    options: Namespace,
    file: Path,
    audit: Audit | None = None,
    *,
    unchecked: Sequence[str] = (),
    certain: bool = True,
    fault: PlainError | None = None,
    training: bool = False,
) -> tuple[str, ...]:
    """What is told of a file: lines for a person, or one JSON object for a program."""
    differences = audit.differences if audit is not None else ()
    release = audit.release if audit is not None else None
    ok = not differences and fault is None
    if options.json:
        found: dict[str, object] = {"file": str(file), "ok": ok, "deep": options.deep}
        if fault is not None:
            found |= {"fault": fault.message, "facts": fault.facts}
        found |= {
            "differences": [vars(difference) for difference in differences],
            "unchecked": list(unchecked),
            "release": vars(release) if release is not None else None,
        }
        return (to_json(found).decode(),)
    labels = Labels(options.lang)
    let_go = fault is not None and fault.code == "evidence.released"
    sign = "▲" if let_go or (ok and not certain) else "✔" if ok else "✘"
    lines = [f"{sign} {file}{f'  {TRAINING}' if training else ''}"]
    lines += [f"    {one.where}: {one.sealed} → {one.derived}" for one in differences]
    if release is not None:
        lines.append(f"  ▲ {labels.text('audited.release', sealed=release.sealed, present=release.derived)}")
    lines += [f"  ▲ {labels.text(f'unchecked.{part}')}" for part in unchecked]
    if fault is not None:
        lines.append(f"    {' '.join(labels.problem(fault))}")
    return tuple(lines)
