"""The paper of a record: it carries everything, takes the proof when it comes, and shows every change."""

import io
import json
import random
import zlib
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from results.certificate.rendering import render_certificate
from results.errors import IntegrityError
from results.journal import Journal
from results.naming import LARGEST_RECEIPT
from results.paper import has_only_signatures_behind, is_its_paper, keep_paper, unpack
from results.sealing import SealedRun
from results.verification import load_record
from tests.results.made_run import keys_in, seal_with, write_run

RECEIPT = json.dumps({"schema": "tera-bench/receipt/1"}).encode()


@pytest.fixture
def sealed(tmp_path: Path) -> SealedRun:
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, end="concluded")
        return seal_with(journal, tmp_path / "keys", tmp_path / "records")


def test_a_paper_alone_gives_the_record_back(sealed, tmp_path):
    room = tmp_path / "elsewhere"
    record = unpack(sealed.certificate.read_bytes(), room, called="000001.pdf")
    found = load_record(record, keys_in(tmp_path / "keys")[1])
    assert (found.payload, found.evidence.content) == (sealed.verified.payload, sealed.evidence.read_bytes())
    assert sorted(path.name for path in room.iterdir()) == ["000001.dcc.xml", "000001.h5", "000001.tera.json"]


def test_the_receipt_is_put_into_the_paper_and_nothing_printed_changes(sealed):
    before = pypdf.PdfReader(sealed.certificate)
    printed = [page.extract_text() for page in before.pages]
    sealed.record.with_name("000001.receipt.json").write_bytes(RECEIPT)
    assert keep_paper(sealed.record, sealed.verified) is None
    after = pypdf.PdfReader(sealed.certificate)
    assert after.attachments["000001.receipt.json"] == [RECEIPT]
    assert [page.extract_text() for page in after.pages] == printed
    assert keep_paper(sealed.record, sealed.verified) is None


def test_another_paper_with_its_name_is_left_alone(sealed):
    sealed.certificate.write_bytes(b"%PDF something else")
    other = keep_paper(sealed.record, sealed.verified)
    assert sealed.certificate.read_bytes() == b"%PDF something else"
    assert other is not None
    assert other.read_bytes() == render_certificate(sealed.verified)
    assert keep_paper(sealed.record, sealed.verified) == other


def test_anything_behind_the_paper_that_is_no_signature_makes_it_another(sealed):
    paper = sealed.certificate.read_bytes()
    assert has_only_signatures_behind(paper)
    for behind in (b"\n", b"\n% nothing\n", b"\n% /ByteRange\n", paper):
        assert not is_its_paper(paper + behind, sealed.verified, b"")
        assert not has_only_signatures_behind(paper + behind) or not behind.strip()
    assert not has_only_signatures_behind(b"%PDF nothing")


@pytest.mark.one_in(6)
@pytest.mark.parametrize("seed", range(40))
def test_one_changed_byte_is_found(sealed, tmp_path, seed):
    paper = bytearray(sealed.certificate.read_bytes())
    place = random.Random(seed).randrange(len(paper))  # noqa: S311  # a place, no secret
    paper[place] ^= 1 << seed % 8
    try:
        record = unpack(bytes(paper), tmp_path / "room", called="x.pdf")
        verified = load_record(record, keys_in(tmp_path / "keys")[1])
    except IntegrityError:
        return
    assert not is_its_paper(bytes(paper), verified, b"")


def with_attachments(**files: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in files.items():
        writer.add_attachment(name, content)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def packed(name: str, filters: str = "/FlateDecode", *, size: int = 9, names: int = 1) -> bytes:
    """A paper whose one packed stream has several names; the first is `name`."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(with_attachments(**{name: bytes(size)})))
    entry = next(writer.attachment_list)
    entry._embedded_file[NameObject("/Filter")] = NameObject(filters)
    entry._embedded_file._data = zlib.compress(bytes(size), 9)
    for other in range(1, names):
        name = TextStringObject(f"x{other}.h5")
        named = DictionaryObject(entry.pdf_object | {NameObject("/F"): name})
        entry._parent.extend([name, writer._add_object(named)])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_one_stream_under_many_names_fills_no_disk(tmp_path):
    once = packed("a.tera.json", size=1_000_000)
    assert unpack(once, tmp_path / "one", called="x.pdf").stat().st_size == 1_000_000
    paper = packed("a.tera.json", size=1_000_000, names=40)
    assert len(paper) < 10_000
    with pytest.raises(IntegrityError, match="twice"):
        unpack(paper, tmp_path / "room", called="x.pdf")
    assert not (tmp_path / "room").exists()


def test_a_file_in_a_paper_is_no_larger_than_such_a_file_can_be(tmp_path):
    paper = with_attachments(**{"a.tera.json": b"{}", "a.receipt.json": bytes(LARGEST_RECEIPT + 1)})
    with pytest.raises(IntegrityError, match="larger"):
        unpack(paper, tmp_path / "room", called="x.pdf")
    assert not (tmp_path / "room").exists()


BAD = {
    "no PDF": b"hello",
    "empty": b"",
    "cut off": b"%PDF-1.7\n1 0 obj\n<< /Type",
    "no attachment": with_attachments(),
    "a record that leaves its folder": with_attachments(**{"../x.tera.json": b"{}"}),
    "a filter that nobody knows": packed("a.tera.json", "/Flateecode"),
    "two records": with_attachments(**{"a.tera.json": b"{}", "b.tera.json": b"{}"}),
    "a file that no paper carries": with_attachments(**{"a.tera.json": b"{}", "a.exe": b""}),
    "an absolute name": with_attachments(**{"a.tera.json": b"{}", "/etc/x": b""}),
    "a name with a backslash": with_attachments(**{"a.tera.json": b"{}", "..\\x": b""}),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_paper_of_ours_is_told(case, tmp_path):
    with pytest.raises(IntegrityError) as caught:
        unpack(BAD[case], tmp_path / "room", called="x.pdf")
    assert caught.value.code == "paper.unsound"
    assert not (tmp_path / "x.tera.json").exists()
