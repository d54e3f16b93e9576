"""The evidence file of a run (HDF5): every journal entry byte for byte, raw frames, samples, driver files.

Written once and never opened for writing again. It holds no time of its own, so the same entries always give
the same bytes. Only this module and `evidence_shape` know HDF5.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from math import prod
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from drivers.notation import from_builtins
from procedures.point import Conclusion
from results import evidence_1
from results.chain import check_links
from results.entry import Concluded, Kept, RunBegun
from results.errors import IntegrityError
from results.evidence_held import Evidence, unsound
from results.evidence_shape import check_heap, check_tables
from results.evidence_table import Table, journal_entries, journal_tables, point_table, reading_tables
from results.kept_reading import WrittenReadings, written_readings
from results.malformed import told_as
from results.naming import LARGEST_EVIDENCE
from results.storage import read_whole, write_once

_FORMAT: Final = "tera-bench/evidence/2"
_JOURNAL: Final = {
    "tera-bench/evidence/1": (("rows", "bodies"), evidence_1.journal_entries),
    _FORMAT: (("rows", "bodies", "before"), journal_entries),
}
"""by format: the tables in which the journal stands, and who reads them"""
_TABLES: Final = ("samples", "frames", "points")
"""what stands there for other programs and follows from the journal"""
_LARGEST_BYTES: Final = 1_000_000_000
# HDF5 1.10's form: checksummed headers, small for one-chunk data, and read by every tool of the last decade.
_LIBRARY: Final = ("v110", "v110")
_FILES: Final = count(1)


def write_evidence(path: Path, entries: Sequence[Kept]) -> str:
    """Write the entries of one ended run; writing the same again is harmless.

    Args:
        path: the file.
        entries: up to the one that ended the run.

    Returns:
        The SHA-256 of the file.

    Raises:
        StorageError: the disk refuses, or another evidence has this name.
        IntegrityError: the entries do not hold together; nothing is written.
    """
    made = make_evidence(entries, called=str(path))
    write_once(path, made.content)
    return made.digest


def make_evidence(entries: Sequence[Kept], *, called: str) -> Evidence:
    """The evidence of one ended run, its file's bytes read back and checked; nothing is written.

    Raises:
        IntegrityError: the entries do not hold together.
    """
    with told_as(lambda why: unsound(called, why)):
        made = _laid_out(tuple(entries))
        content = _build(entries, made)
    return _parse(content, called, hashlib.sha256(content).hexdigest(), made, foreign=False)


def read_evidence(
    path: Path,
    *,
    digest: str | None = None,
    known: Evidence | None = None,
    signed: bool = False,
    tables: bool = True,
) -> Evidence:
    """Read and check an evidence file.

    Args:
        path: the file.
        digest: the SHA-256 that the signed record gives.
        known: was checked a moment ago; taken when the file holds the same bytes, for they say the same.
        signed: a trusted key has signed that digest: the file is one of ours, and needs no look at its form
            before HDF5 reads it.
        tables: False leaves out, in a signed file, the tables that only repeat the journal for other
            programs: they were compared when they were signed.

    Raises:
        StorageError: it is not there or cannot be read.
        IntegrityError: any byte differs from what was written; the facts name the place.
    """
    content = read_whole(path, most=LARGEST_EVIDENCE)
    if known is not None and content == known.content and digest in (None, known.digest):
        return known
    found = hashlib.sha256(content).hexdigest()
    if digest in (None, found):
        signed = signed and digest is not None
        return _parse(content, str(path), found, foreign=not signed, tables=tables or not signed)
    place = "none of its data, so only the frame of the file"
    try:
        _parse(content, str(path), found)
    except IntegrityError as fault:
        place = fault.message
    raise IntegrityError(
        "evidence.digest",
        "{path} is not the evidence that was signed; changed is: {place}.",
        "Use the copy from the backup or the register; keep this one as it is.",
        path=str(path),
        place=place,
    )


def parse_evidence(content: bytes, *, called: str, digest: str) -> Evidence:
    """Check an evidence file that stands in another file; see `read_evidence`.

    Raises:
        IntegrityError: any byte differs from what was written.
    """
    if hashlib.sha256(content).hexdigest() != digest:
        raise unsound(called, "it is not the evidence that was signed")
    return _parse(content, called, digest)


@dataclass(frozen=True)
class _LaidOut:
    """All that follows from the entries of a run; the same entries need it worked out only once."""

    entries: tuple[Kept, ...]
    readings: dict[int, WrittenReadings]
    conclusion: Conclusion | None

    @cached_property
    def journal(self) -> dict[str, Table]:
        """The tables in which the entries stand."""
        return journal_tables(self.entries)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables that repeat them for other programs."""
        points = point_table(self.entries, self.conclusion)
        return {**reading_tables(self.entries, self.readings), "points": points}


def _own_name() -> str:
    """A name for a file in memory: HDF5 takes one of the same name for the same file while that is open.

    It also looks for a file of that name, which no file system can have: none allows so long a one.
    """
    return f"evidence-{next(_FILES):0300}"


def _build(entries: Sequence[Kept], made: _LaidOut) -> bytes:
    begun = entries[0].entry
    if not isinstance(begun, RunBegun):
        raise unsound(entries[0].run, "its first entry does not begin a run")
    with h5py.File(_own_name(), "w", driver="core", backing_store=False, libver=_LIBRARY) as file:
        file.attrs["format"] = _FORMAT
        file.attrs["run"] = entries[0].run
        file.attrs["number"] = begun.number
        file.attrs["bench"] = begun.bench
        file.attrs["training"] = int(begun.training)
        for name, table in made.journal.items():
            _put(file, f"journal/{name}", table)
        for name, table in made.tables.items():
            _put(file, name, table)
        for digest, text in sorted(begun.drivers.items()):
            _put(file, f"drivers/{digest}", np.frombuffer(text.encode(), np.uint8))
        file.flush()
        image: bytes = file.id.get_file_image()
    return image


def _laid_out(entries: tuple[Kept, ...]) -> _LaidOut:
    readings = {kept.sequence: found for kept in entries if (found := written_readings(kept))}
    last = entries[-1].entry
    conclusion = from_builtins(last.conclusion, Conclusion) if isinstance(last, Concluded) else None
    return _LaidOut(entries, readings, conclusion)


def _put(file: Any, name: str, table: Table) -> None:
    packing: dict[str, Any] = {}
    if table.size:
        # Level 3: 33 kB where level 6 makes 27, and half the work while the office waits for its seal.
        packing = {"chunks": table.shape, "compression": "gzip", "compression_opts": 3, "fletcher32": True}
        packing["shuffle"] = table.dtype.fields is not None
    file.create_dataset(name, data=table, track_times=False, **packing)


def _parse(
    content: bytes,
    where: str,
    digest: str,
    made: _LaidOut | None = None,
    *,
    foreign: bool = True,
    tables: bool = True,
) -> Evidence:
    with told_as(lambda why: unsound(where, why)):
        return _checked(content, where, digest, made, foreign=foreign, tables=tables)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """A file in memory, by HDF5's own means, which cost half: an audit opens tens of thousands."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(backing_store=False)
    access.set_cache(0, 1, 0, 0.0)  # each table is read once and whole, past HDF5's cache of chunks
    access.set_file_image(content)
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)  # also what a frame of an error still holds
    file = h5py.h5f.open(_own_name().encode(), h5py.h5f.ACC_RDONLY, fapl=access)
    try:
        yield file
    finally:
        file.close()


def _checked(
    content: bytes, where: str, digest: str, made: _LaidOut | None, *, foreign: bool, tables: bool
) -> Evidence:
    try:
        if foreign:
            check_heap(content)
        with _opened(content) as file:
            if foreign:
                check_tables(file)
            known = _JOURNAL.get(str(_label(file, "format")))
            if known is None:
                raise unsound(where, "it is no evidence file of a known version")
            names, entries_in = known
            run = str(_label(file, "run"))
            journal = {name: _take(file, f"journal/{name}", where) for name in names}
            repeated = _repeated(file, where) if tables else None
    except OSError as fault:
        raise unsound(where, f"it cannot be read ({fault})") from None
    if made is None or not all(_equal(table, made.journal[name]) for name, table in journal.items()):
        entries = entries_in(run, journal, where=where)
        if not entries:
            raise unsound(where, "it holds no entry")
        made = _laid_out(entries)
    check_links(made.entries, where=where, whole=False)
    evidence = Evidence(
        run=run,
        entries=made.entries,
        readings=made.readings,
        conclusion=made.conclusion,
        digest=digest,
        content=content,
    )
    if repeated is not None:
        _check_label(evidence.begun, repeated, where)
        for name, table in made.tables.items():
            if not _equal(table, repeated.tables[name]):
                raise unsound(where, f"its table {name} does not agree with its entries")
    return evidence


@dataclass(frozen=True)
class _Repeated:
    """What an evidence file says besides its journal, all of which follows from it."""

    label: dict[str, Any]
    tables: dict[str, Table]
    drivers: dict[str, bytes]


def _repeated(file: Any, where: str) -> _Repeated:
    drivers = [name.decode() for name in h5py.h5g.open(file, b"drivers")] if b"drivers" in file else []
    return _Repeated(
        {name: _label(file, name) for name in ("number", "bench", "training")},
        {name: _take(file, name, where) for name in _TABLES},
        {name: _take(file, f"drivers/{name}", where).tobytes() for name in drivers},
    )


def _equal(one: Table, other: Table) -> bool:
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()


def _check_label(begun: RunBegun, repeated: _Repeated, where: str) -> None:
    if repeated.label != {"number": begun.number, "bench": begun.bench, "training": int(begun.training)}:
        raise unsound(where, "its label does not agree with its first entry")
    for digest, text in repeated.drivers.items():
        if hashlib.sha256(text).hexdigest() != digest:
            raise unsound(where, f"driver file {digest[:12]} was changed")
    if {digest: text.encode() for digest, text in begun.drivers.items()} != repeated.drivers:
        raise unsound(where, "its driver files are not those of its first entry")


def _label(file: Any, name: str) -> Any:
    stored = h5py.h5a.open(file, name.encode())
    form, in_memory = _forms(stored.get_type().encode())
    found: Table = np.zeros(stored.shape, form)
    stored.read(found, in_memory)
    said: Any = found[()]
    return said.decode() if isinstance(said, bytes) else said


@lru_cache(maxsize=64)
def _forms(written: bytes) -> tuple[Any, Any]:
    """Numpy's name for a type as HDF5 writes it, and HDF5's own for that: a year's audit meets a few."""
    form = h5py.h5t.decode(written).dtype
    return form, h5py.h5t.py_create(form)


def _take(file: Any, name: str, where: str) -> Table:
    stored = h5py.h5d.open(file, name.encode())
    shape, (form, in_memory) = stored.shape, _forms(stored.get_type().encode())
    if prod(shape) * form.itemsize > _LARGEST_BYTES:
        raise unsound(where, f"its part {name} is larger than any evidence")
    found: Table = np.zeros(shape, form)
    try:
        if found.size:
            # Into the type of this array: a file's own type may be wider than what numpy makes of it.
            stored.read(h5py.h5s.ALL, h5py.h5s.ALL, found, in_memory)
    except OSError:
        raise unsound(where, f"its part {name} is damaged") from None
    return found
