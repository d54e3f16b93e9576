"""Files that never end, are larger than any, or lead elsewhere: told, with nothing filled or overwritten."""

import io
import os

import pypdf
import pytest

from results.errors import IntegrityError, StorageError
from results.journal import Journal
from results.naming import LARGEST_RECORD
from results.paper import unpack
from results.storage import read_whole, replace_file
from results.verification import verify_record
from tests.results.made_run import keys_in, seal_with, write_run


@pytest.fixture
def sealed(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        return seal_with(journal, tmp_path / "keys", tmp_path / "records")


def large(path):
    """A file that takes no room on the disk and more than the memory when it is read."""
    with path.open("wb") as file:
        file.truncate(40_000_000_000)


def test_a_file_that_is_larger_than_any_is_told_without_reading_it(tmp_path):
    large(tmp_path / "x")
    with pytest.raises(IntegrityError) as caught:
        read_whole(tmp_path / "x", most=1_000_000)
    assert (caught.value.code, caught.value.facts["most"]) == ("storage.too_large", 1)
    (tmp_path / "x").write_bytes(b"1234")
    assert read_whole(tmp_path / "x", most=4) == b"1234"
    with pytest.raises(IntegrityError):
        read_whole(tmp_path / "x", most=3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_and_a_device_are_no_files_and_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", os.devnull):
        with pytest.raises(StorageError) as caught:
            read_whole(tmp_path / path, most=LARGEST_RECORD)
        assert caught.value.code == "storage.no_file"


@pytest.mark.parametrize("which", ["record", "evidence"])
def test_a_record_or_evidence_too_large_does_not_hold(sealed, tmp_path, which):
    path = getattr(sealed, which)
    path.unlink()
    large(path)
    try:
        faults = verify_record(sealed.record, keys_in(tmp_path / "keys")[1]).faults
    except IntegrityError as fault:
        faults = (fault,)
    assert [fault.code for fault in faults] == ["storage.too_large"]


def test_nothing_is_written_through_a_link_that_a_stranger_left_on_the_stick(tmp_path):
    own = tmp_path / "own"
    own.write_bytes(b"mine")
    answer = tmp_path / "stick" / "registry.json"
    answer.parent.mkdir()
    try:
        answer.with_name("registry.json.part").symlink_to(own)
    except OSError:
        pytest.skip("links may not be made here")
    replace_file(answer, b"answer")
    assert (answer.read_bytes(), own.read_bytes()) == (b"answer", b"mine")


@pytest.mark.parametrize(
    "name",
    ["../x", "/tmp/x", "a/b", "a\\b", "C:x", ".x", "", "x\0y", "\U0001f600", "x" * 300, "a b", "\u202egpj"],  # noqa: S108 -- a name that is refused
    ids=ascii,
)
def test_a_file_in_a_paper_is_never_put_elsewhere(sealed, tmp_path, name):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(sealed.certificate.read_bytes()))
    writer.add_attachment(name, b"x")
    forged = io.BytesIO()
    writer.write(forged)
    (tmp_path / "room").mkdir()
    with pytest.raises(IntegrityError) as caught:
        unpack(forged.getvalue(), tmp_path / "room", called="x.pdf")
    assert caught.value.code == "paper.unsound"
