"""The evidence file: the same entries give the same bytes, and any changed byte is found and named."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import msgspec
import numpy as np
import pytest

from drivers.notation import from_builtins
from drivers.reading import Reading
from results.composition import ended_part
from results.entry import Done, Kept, RunBegun
from results.errors import IntegrityError, StorageError
from results.evidence import make_evidence, read_evidence, write_evidence
from results.gathered import spread
from results.journal import Journal
from tests.results.made_run import DRIVER, DRIVER_TEXT, write_run


def entries_of(tmp_path: Path, **kinds) -> tuple[Kept, ...]:
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, **kinds)
        return ended_part(journal.entries("run-1"))


def test_everything_comes_back_byte_for_byte(tmp_path: Path):
    entries = entries_of(tmp_path)
    path = tmp_path / "run.h5"
    digest = write_evidence(path, entries)
    evidence = read_evidence(path, digest=digest)
    assert evidence.entries == entries
    assert evidence.drivers == {DRIVER.digest: DRIVER_TEXT}
    assert evidence.head == entries[-1].hash
    assert evidence.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_entries_give_the_same_file(tmp_path: Path):
    entries = entries_of(tmp_path)
    one, two = tmp_path / "one.h5", tmp_path / "two.h5"
    assert write_evidence(one, entries) == write_evidence(two, entries)
    assert one.read_bytes() == two.read_bytes()


ENDED_WITHOUT_POINTS = 4
"""entries of a run that was voided before anything was measured"""


def two_runs(tmp_path: Path) -> list[tuple[Path, str]]:
    """Two evidence files of different runs, each with its digest."""
    (tmp_path / "other").mkdir()
    first, second = entries_of(tmp_path, samples=4), entries_of(tmp_path / "other", points=(), end="voided")
    paths = [tmp_path / "first.h5", tmp_path / "second.h5"]
    return [
        (path, write_evidence(path, entries)) for path, entries in zip(paths, (first, second), strict=True)
    ]


def test_after_a_damaged_file_the_next_one_is_read_and_not_the_damaged_one_again(tmp_path: Path):
    (first, _), (second, digest) = two_runs(tmp_path)
    whole = first.read_bytes()
    faults = []  # kept, as a report keeps them: what HDF5 holds open in their frames stays open
    for place in range(0, len(whole), 97):
        first.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_evidence(first)
        except IntegrityError as fault:
            faults.append(fault)
        assert len(read_evidence(second, digest=digest).entries) == ENDED_WITHOUT_POINTS
    assert faults


def test_files_that_are_read_at_once_are_never_mistaken_for_one_another(tmp_path: Path):
    runs = two_runs(tmp_path)
    alone = [read_evidence(path, digest=digest).entries for path, digest in runs]
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda run: read_evidence(run[0], digest=run[1], signed=True).entries, runs * 40)
        made = threads.map(lambda entries: make_evidence(entries, called="made").entries, alone * 20)
    assert list(found) == alone * 40
    assert list(made) == alone * 20


def test_other_programs_find_readings_as_arrays(tmp_path: Path):
    entries = entries_of(tmp_path, samples=4)
    path = tmp_path / "run.h5"
    write_evidence(path, entries)
    readings = [
        from_builtins(content, Reading)
        for kept in entries
        if isinstance(kept.entry, Done) and kept.entry.verb == "settled"
        for content in (*spread(kept.entry.samples), kept.entry.result)
    ]
    with h5py.File(path) as file:
        samples, frames, points = file["samples"][()], file["frames"][()].tobytes(), file["points"][()]
    assert [digits.decode() for digits in samples["digits"]] == [f"{r.indication.value:f}" for r in readings]
    assert np.allclose(samples["value"], [float(r.indication.value) for r in readings])
    spans = zip(samples["frame_start"], samples["frame_length"], strict=True)
    assert [frames[start : start + length] for start, length in spans] == [r.frame for r in readings]
    assert b"accuracy/up/6000 g" in points["label"]


def test_a_long_run_stays_small(tmp_path: Path):
    entries = entries_of(tmp_path, samples=600)
    path = tmp_path / "run.h5"
    write_evidence(path, entries)
    assert sum(len(found) for found in read_evidence(path).readings.values()) > 6_000
    assert path.stat().st_size < 30_000


def test_a_run_without_readings_can_be_kept(tmp_path: Path):
    entries = entries_of(tmp_path, points=(), end="voided")
    digest = write_evidence(tmp_path / "run.h5", entries)
    assert read_evidence(tmp_path / "run.h5", digest=digest).entries == entries


def test_any_flipped_byte_is_found_and_a_place_is_named(tmp_path: Path):
    path = tmp_path / "run.h5"
    digest = write_evidence(path, entries_of(tmp_path))
    good = path.read_bytes()
    places = set()
    for offset in range(0, len(good), 61):
        path.write_bytes(good[:offset] + bytes([good[offset] ^ 0x20]) + good[offset + 1 :])
        with pytest.raises(IntegrityError) as found:
            read_evidence(path, digest=digest)
        places.add(found.value.facts["place"])
    named = " ".join(places)
    for part in ("journal/bodies", "journal/rows", "samples", "frames", "points", f"drivers/{DRIVER.digest}"):
        assert part in named


def test_no_file_where_the_program_was_started_stands_in_for_evidence(tmp_path: Path, monkeypatch):
    entries = entries_of(tmp_path)
    there = tmp_path / "started here"
    there.mkdir()
    for number in range(1000):
        (there / f"evidence-{number}").write_bytes(b"something else")
    monkeypatch.chdir(there)
    path = tmp_path / "run.h5"
    digest = write_evidence(path, entries)
    assert read_evidence(path, digest=digest).entries == entries


@pytest.mark.parametrize("keep", [0, 7, 512, -1])
def test_a_file_cut_short_is_found(tmp_path: Path, keep: int):
    path = tmp_path / "run.h5"
    write_evidence(path, entries_of(tmp_path))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(IntegrityError):
        read_evidence(path)


FORGERIES = {
    "an entry's text": ("journal/bodies", 700),
    "a hash": ("journal/rows", 150),
    "a sample": ("samples", 20),
    "a raw frame": ("frames", 5),
    "a point": ("points", 3),
    "a driver file": (f"drivers/{DRIVER.digest}", 3),
}


@pytest.mark.parametrize(("name", "offset"), FORGERIES.values(), ids=FORGERIES.keys())
def test_a_well_formed_forgery_is_found_without_the_record(tmp_path: Path, name: str, offset: int):
    path = tmp_path / "run.h5"
    write_evidence(path, entries_of(tmp_path))
    with h5py.File(path, "r+") as file:
        stored = file[name]
        changed = bytearray(stored[()].tobytes())
        changed[offset] ^= 1
        stored[...] = np.frombuffer(bytes(changed), stored.dtype)
    with pytest.raises(IntegrityError):
        read_evidence(path)


def test_a_label_that_hides_training_is_found(tmp_path: Path):
    path = tmp_path / "run.h5"
    write_evidence(path, entries_of(tmp_path, training=True))
    with h5py.File(path, "r+") as file:
        file.attrs["training"] = 0
    with pytest.raises(IntegrityError, match="label"):
        read_evidence(path)


def test_a_driver_text_that_is_not_its_digest_is_never_written(tmp_path: Path):
    entries = list(entries_of(tmp_path))
    begun = entries[0].entry
    assert isinstance(begun, RunBegun)
    entries[0] = msgspec.structs.replace(
        entries[0], entry=msgspec.structs.replace(begun, drivers={DRIVER.digest: "other"})
    )
    with pytest.raises(IntegrityError):
        write_evidence(tmp_path / "run.h5", entries)
    assert not (tmp_path / "run.h5").exists()


def test_another_evidence_is_never_written_over(tmp_path: Path):
    path = tmp_path / "run.h5"
    path.write_bytes(b"something else")
    with pytest.raises(StorageError) as refused:
        write_evidence(path, entries_of(tmp_path))
    assert refused.value.code == "storage.exists"
    assert path.read_bytes() == b"something else"


def test_a_missing_file_is_told_plainly(tmp_path: Path):
    with pytest.raises(StorageError, match="is not there"):
        read_evidence(tmp_path / "none.h5")


def _rows(file: h5py.File, column: str, value: int) -> None:
    rows = file["journal/rows"][()]
    rows[column] = value
    del file["journal/rows"]
    file["journal/rows"] = rows


def _instead(file: h5py.File, name: str, content: object) -> None:
    del file[name]
    if content is None:
        file.create_group(name)
    else:
        file[name] = content


MADE_UP = {
    "no attributes": lambda file: file.attrs.clear(),
    "a format that is a number": lambda file: file.attrs.update(format=1),
    "a format that is a list": lambda file: file.attrs.update(format=[1, 2]),
    "no journal": lambda file: file.__delitem__("journal"),
    "a folder in place of a table": lambda file: _instead(file, "samples", None),
    "a text in place of a table": lambda file: _instead(file, "frames", "x"),
    "a number in place of the rows": lambda file: _instead(file, "journal/rows", 7),
    "rows of other columns": lambda file: _instead(file, "journal/rows", np.zeros(3, [("a", "<u8")])),
    "no entries": lambda file: _instead(file, "journal/rows", file["journal/rows"][()][:0]),
    "a sequence beyond all numbers": lambda file: _rows(file, "sequence", 2**64 - 1),
    "a length beyond all numbers": lambda file: _rows(file, "length", 2**32 - 1),
    "drivers that are no folder": lambda file: _instead(file, "drivers", 3),
}


@pytest.mark.parametrize("change", MADE_UP.values(), ids=MADE_UP)
def test_a_made_up_file_is_told_plainly(tmp_path: Path, change):
    path = tmp_path / "run.h5"
    write_evidence(path, entries_of(tmp_path))
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(IntegrityError):
        read_evidence(path)


def test_entries_that_cannot_be_told_in_tables_are_refused_and_nothing_is_written(tmp_path: Path):
    entries = entries_of(tmp_path, strange={"elapsed": 10**400})
    with pytest.raises(IntegrityError):
        write_evidence(tmp_path / "run.h5", entries)
    assert not (tmp_path / "run.h5").exists()
