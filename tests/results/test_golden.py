"""The golden records verify and render, and the script that made them makes the same ones again."""

from pathlib import Path

import msgspec
import pytest

from results.amendment import replaced_by
from results.certificate.rendering import render_certificate
from results.keys import read_trusted_keys
from results.paper import is_its_paper, unpack
from results.verification import load_record
from tests.results.golden.make import KINDS, make

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.tera.json"))


@pytest.fixture(scope="module")
def keys():
    return read_trusted_keys(GOLDEN)


def test_there_is_one_of_each_kind(keys):
    records = [load_record(file, keys).record for file in FILES]
    assert len(records) == len(KINDS) + 1
    assert {record.state for record in records} == {"concluded", "voided", "interrupted"}
    assert {record.training for record in records} == {True, False}
    assert any(record.amendment is not msgspec.UNSET for record in records)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_golden_record_verifies_and_its_paper_carries_it(file, keys, tmp_path):
    verified = load_record(file, keys)
    assert verified.signatures_checked
    paper = render_certificate(verified)
    assert is_its_paper(paper, verified, b"")
    again = unpack(paper, tmp_path, called=file.name)
    assert load_record(again, keys).payload == verified.payload


def test_the_golden_amendment_holds_the_record_that_it_corrects(keys):
    amendment = load_record(FILES[-2], keys)
    replaced = replaced_by(amendment.evidence.entries)
    assert replaced.envelope.digest == load_record(FILES[0], keys).digest


@pytest.mark.timeout(300)
def test_the_script_makes_records_that_say_the_same(keys, tmp_path):
    """What they say is compared: another packing library, or a further field of an entry, changes digests."""
    made = make(tmp_path / "made", tmp_path)
    assert len(made) == len(FILES)
    for sealed in made.values():
        kept = load_record(GOLDEN / sealed.record.name, keys)
        assert said(sealed.verified.record) == said(kept.record)
        assert sealed.verified.signed_by == kept.signed_by


def said(record):
    digests = {"evidence_digest": "", "journal_head": "", "previous_record": ""}
    if record.amendment is not msgspec.UNSET:
        digests["amendment"] = msgspec.structs.replace(record.amendment, record_digest="")
    return msgspec.structs.replace(record, **digests)
