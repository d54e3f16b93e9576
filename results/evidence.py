"""The evidence file of a run (HDF5): every journal entry byte for byte, raw frames, samples, driver files.

Written once and never opened for writing again. It holds no time of its own, so the same entries always give
the same bytes. This is the only module that knows HDF5.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from drivers.notation import from_builtins
from procedures.point import Conclusion
from results.chain import check_links, checked_entry
from results.entry import Concluded, Kept, RunBegun
from results.errors import IntegrityError
from results.evidence_table import Table, journal_rows, journal_tables, point_table, reading_tables
from results.kept_reading import WrittenReading, written_readings
from results.malformed import told_as
from results.storage import plain_faults, write_once

_FORMAT: Final = "tera-bench/evidence/1"
_LARGEST_BYTES: Final = 1_000_000_000
# HDF5 1.10's form: checksummed headers, small for one-chunk data, and read by every tool of the last decade.
_LIBRARY: Final = ("v110", "v110")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What an evidence file holds, checked."""

    run: str
    entries: tuple[Kept, ...]
    """up to and including the one that ended the run"""
    drivers: dict[str, str]
    """text of each driver file by its SHA-256"""
    readings: Mapping[int, tuple[WrittenReading, ...]] = field(repr=False)
    """samples and readings of an entry, by its sequence"""
    conclusion: Conclusion | None
    """of the entry that ended the run; None: it was closed without one"""
    digest: str
    """SHA-256 of the file"""
    content: bytes = field(repr=False)
    """the file, byte for byte"""

    @property
    def begun(self) -> RunBegun:
        """The entry with which the run began."""
        first = self.entries[0].entry
        if not isinstance(first, RunBegun):
            raise _unsound(self.run, "its first entry does not begin a run")
        return first

    @property
    def head(self) -> str:
        """Hash of the last entry."""
        return self.entries[-1].hash


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
    with told_as(lambda why: _unsound(called, why)):
        made = _laid_out(tuple(entries))
        content = _build(entries, made.tables)
    return _parse(content, called, made)


def read_evidence(path: Path, *, digest: str | None = None, known: Evidence | None = None) -> Evidence:
    """Read and check an evidence file.

    Args:
        path: the file.
        digest: the SHA-256 that the signed record gives.
        known: was checked a moment ago; taken when the file holds the same bytes, for they say the same.

    Raises:
        StorageError: it is not there or cannot be read.
        IntegrityError: any byte differs from what was written; the facts name the place.
    """
    with plain_faults(path):
        content = path.read_bytes()
    if known is not None and content == known.content and digest in (None, known.digest):
        return known
    if digest is None or hashlib.sha256(content).hexdigest() == digest:
        return _parse(content, str(path))
    place = "none of its data, so only the frame of the file"
    try:
        _parse(content, str(path))
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
        raise _unsound(called, "it is not the evidence that was signed")
    return _parse(content, called)


@dataclass(frozen=True)
class _LaidOut:
    """All that follows from the entries of a run; the same entries need it worked out only once."""

    entries: tuple[Kept, ...]
    readings: dict[int, tuple[WrittenReading, ...]]
    conclusion: Conclusion | None
    tables: dict[str, Table]


def _build(entries: Sequence[Kept], tables: Mapping[str, Table]) -> bytes:
    begun = entries[0].entry
    if not isinstance(begun, RunBegun):
        raise _unsound(entries[0].run, "its first entry does not begin a run")
    with h5py.File("evidence", "w", driver="core", backing_store=False, libver=_LIBRARY) as file:
        file.attrs["format"] = _FORMAT
        file.attrs["run"] = entries[0].run
        file.attrs["number"] = begun.number
        file.attrs["bench"] = begun.bench
        file.attrs["training"] = int(begun.training)
        for name, table in tables.items():
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
    tables = {
        **{f"journal/{name}": table for name, table in journal_tables(entries).items()},
        **reading_tables(entries, readings),
        "points": point_table(entries, conclusion),
    }
    return _LaidOut(entries, readings, conclusion, tables)


def _put(file: Any, name: str, table: Table) -> None:
    packing: dict[str, Any] = {}
    if table.size:
        packing = {"chunks": table.shape, "compression": "gzip", "compression_opts": 9, "fletcher32": True}
        packing["shuffle"] = table.dtype.fields is not None
    file.create_dataset(name, data=table, track_times=False, **packing)


def _parse(content: bytes, where: str, made: _LaidOut | None = None) -> Evidence:
    with told_as(lambda why: _unsound(where, why)):
        return _checked(content, where, made)


def _opened(content: bytes) -> Any:
    """A file in memory, by HDF5's own means: reading it through Python's files costs ten times as much."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(backing_store=False)
    access.set_file_image(content)
    return h5py.File(h5py.h5f.open(b"evidence", h5py.h5f.ACC_RDONLY, fapl=access))


def _checked(content: bytes, where: str, made: _LaidOut | None) -> Evidence:
    try:
        with _opened(content) as file:
            if file.attrs["format"] != _FORMAT:
                raise _unsound(where, "it is no evidence file of a known version")
            run = str(file.attrs["run"])
            attributes = {name: file.attrs[name] for name in ("number", "bench", "training")}
            tables = {
                name: _take(file, name, where)
                for name in ("journal/rows", "journal/bodies", "samples", "frames", "points")
            }
            stored = file.get("drivers", {})
            drivers = {name: _take(file, f"drivers/{name}", where).tobytes() for name in stored}
    except OSError as fault:
        raise _unsound(where, f"it cannot be read ({fault})") from None
    rows = journal_rows(run, {name: tables[f"journal/{name}"] for name in ("rows", "bodies")})
    if made is None or rows != [_row(kept) for kept in made.entries]:
        entries = tuple(checked_entry(row, where=where) for row in rows)
        if not entries:
            raise _unsound(where, "it holds no entry")
        made = _laid_out(entries)
    check_links(made.entries, where=where, whole=False)
    evidence = Evidence(
        run=run,
        entries=made.entries,
        drivers={digest: text.decode(errors="replace") for digest, text in drivers.items()},
        readings=made.readings,
        conclusion=made.conclusion,
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    _check_label(evidence, attributes, drivers, where)
    for name, table in made.tables.items():
        if table.dtype != tables[name].dtype or table.tobytes() != tables[name].tobytes():
            raise _unsound(where, f"its table {name} does not agree with its entries")
    return evidence


def _check_label(
    evidence: Evidence, attributes: dict[str, Any], drivers: dict[str, bytes], where: str
) -> None:
    begun = evidence.begun
    if attributes != {"number": begun.number, "bench": begun.bench, "training": int(begun.training)}:
        raise _unsound(where, "its label does not agree with its first entry")
    for digest, text in drivers.items():
        if hashlib.sha256(text).hexdigest() != digest:
            raise _unsound(where, f"driver file {digest[:12]} was changed")
    if evidence.drivers != begun.drivers:
        raise _unsound(where, "its driver files are not those of its first entry")


def _row(kept: Kept) -> tuple[int, str, str, float, bytes, str, str]:
    return (kept.sequence, kept.run, kept.at, kept.elapsed, kept.body, kept.previous, kept.hash)


def _take(file: Any, name: str, where: str) -> Table:
    stored = h5py.h5d.open(file.id, name.encode())
    shape, form = stored.shape, stored.dtype
    if prod(shape) * form.itemsize > _LARGEST_BYTES:
        raise _unsound(where, f"its part {name} is larger than any evidence")
    found: Table = np.zeros(shape, form)
    try:
        if found.size:
            stored.read(h5py.h5s.ALL, h5py.h5s.ALL, found)
    except OSError:
        raise _unsound(where, f"its part {name} is damaged") from None
    return found


def _unsound(where: str, why: str) -> IntegrityError:
    return IntegrityError(
        "evidence.unsound",
        "{path} is not sound: {why}.",
        "Use the copy from the backup or the register; keep this one as it is.",
        path=where,
        why=why,
    )
