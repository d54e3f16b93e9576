"""What HDF5 would follow, wait for or unpack is refused before it reads: one file, plain tables, bounded."""

import os
import subprocess
import sys
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from results.journal import Journal
from tests.results.made_run import seal_with, write_run

TIME_S = 120.0
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shape")
    with Journal(folder / "journal.db") as journal:
        write_run(journal)
        return seal_with(journal, folder, folder).evidence.read_bytes()


READER = """
import hashlib, sys
from pathlib import Path
from results.errors import IntegrityError
from results.evidence import read_evidence
for path in map(Path, sys.argv[1:]):
    try:
        read_evidence(path, digest=hashlib.sha256(path.read_bytes()).hexdigest())
        print("read", flush=True)
    except IntegrityError as fault:
        print(fault.message, flush=True)
"""


def told(*paths):
    """What is said of each file, though its digest is as if a record named it.

    In a process of its own, for what HDF5 waits for cannot be interrupted.
    """
    done = subprocess.run(
        [sys.executable, "-c", READER, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=TIME_S,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return done.stdout.splitlines()


def _other(path):
    other = path.with_name("other.h5")
    other.write_bytes(path.read_bytes())
    return other


def by_external_link(file, path):
    del file["journal/rows"]
    file["journal/rows"] = h5py.ExternalLink(str(_other(path)), "/journal/rows")


def by_link_to_a_pipe(file, path):
    os.mkfifo(path.with_name("pipe"))
    del file["frames"]
    file["frames"] = h5py.ExternalLink(str(path.with_name("pipe")), "/frames")


def by_soft_link(file, path):
    file.move("frames", "hidden")
    file["frames"] = h5py.SoftLink("/hidden")


def by_a_table_in_another_file(file, path):
    frames = file["frames"][:]
    raw = path.with_name("raw")
    raw.write_bytes(frames.tobytes())
    del file["frames"]
    file.create_dataset("frames", frames.shape, frames.dtype, external=[(str(raw), 0, frames.size)])


def by_a_table_put_together(file, path):
    frames = file["frames"][:]
    del file["frames"]
    layout = h5py.VirtualLayout(frames.shape, frames.dtype)
    layout[:] = h5py.VirtualSource(str(_other(path)), "frames", frames.shape)
    file.create_virtual_dataset("frames", layout)


def by_a_group_within_itself(file, path):
    file["journal/again"] = file["/"]


def by_references(file, path):
    del file["frames"]
    file.create_dataset("frames", (3,), h5py.ref_dtype)


def by_tables_that_fill_the_memory(file, path):
    for place in range(9):
        file.create_dataset(f"drivers/{place}", (90_000_000,), "u1", chunks=(1_000_000,), compression="gzip")


def by_a_packed_piece_larger_than_its_table(file, path):
    del file["frames"]
    table = file.create_dataset("frames", (1000,), "u1", chunks=(1000,), compression="gzip")
    packing = zlib.compressobj(9)
    nothing = bytes(1_000_000)
    packed = b"".join(packing.compress(nothing) for _ in range(600)) + packing.flush()
    table.id.write_direct_chunk((0,), packed)


def by_packing_twice(file, path):
    del file["frames"]
    form = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    form.set_chunk((1000,))
    form.set_deflate(9)
    form.set_deflate(9)
    h5py.h5d.create(file.id, b"frames", h5py.h5t.NATIVE_UINT8, h5py.h5s.create_simple((1000,)), form)


def by_a_type_wider_than_its_numbers(file, path):
    kind = h5py.h5t.enum_create(h5py.h5t.NATIVE_INT64)
    for name, value in ((b"FALSE", 0), (b"TRUE", 1)):
        kind.enum_insert(name, value)
    _of_kind(file, kind, 8)


def by_a_type_that_only_claims_to_be_a_date(file, path):
    kind = h5py.h5t.create(h5py.h5t.OPAQUE, 64)
    kind.set_tag(b"NUMPY:<M8[s]")
    _of_kind(file, kind, 64)


def _of_kind(file, kind, width):
    """Far more bytes than an array of what numpy makes of the type has room for."""
    del file["frames"]
    table = h5py.h5d.create(file.id, b"frames", kind, h5py.h5s.create_simple((100_000,)))
    table.write(h5py.h5s.ALL, h5py.h5s.ALL, np.full(100_000 * width, 65, "u1"), kind)


SHAPES = {
    by_a_type_wider_than_its_numbers: "wider than its numbers",
    by_a_type_that_only_claims_to_be_a_date: "wider than its numbers",
    by_external_link: "leads to another place",
    by_link_to_a_pipe: "leads to another place",
    by_soft_link: "leads to another place",
    by_a_table_in_another_file: "stands in another file",
    by_a_table_put_together: "stands in another file",
    by_a_group_within_itself: "no part of an evidence",
    by_references: "holds references",
    by_tables_that_fill_the_memory: "larger than any evidence",
    by_a_packed_piece_larger_than_its_table: "unpacks to more than it says",
    by_packing_twice: "packed otherwise",
}


def test_evidence_that_is_not_one_plain_file_is_refused_though_its_digest_is_right(sound, tmp_path):
    shapes = [shape for shape in SHAPES if hasattr(os, "mkfifo") or shape is not by_link_to_a_pipe]
    paths = [tmp_path / shape.__name__ / "000001.h5" for shape in shapes]
    for shape, path in zip(shapes, paths, strict=True):
        path.parent.mkdir()
        path.write_bytes(sound)
        with h5py.File(path, "r+") as file:
            shape(file, path)
    for shape, said in zip(shapes, told(*paths), strict=True):
        assert SHAPES[shape] in said


def test_a_byte_changed_in_the_heap_of_texts_does_not_turn_the_reader_in_a_circle(sound, tmp_path):
    start = sound.index(b"GCOL")
    paths = []
    for place, value in ((24, 0xFF), (25, 1), (25, 0xFF), (26, 0x80), (31, 0x80)):
        damaged = bytearray(sound)
        damaged[start + place] = value
        paths.append(tmp_path / f"{place}-{value}.h5")
        paths[-1].write_bytes(damaged)
    assert all("the lengths of its texts do not fit" in said for said in told(*paths))


def test_what_this_program_wrote_is_read(sound, tmp_path):
    path = tmp_path / "000001.h5"
    path.write_bytes(sound)
    golden = sorted(Path(__file__).parent.rglob("*.h5"))
    assert golden
    assert told(path, *golden) == ["read"] * (1 + len(golden))
