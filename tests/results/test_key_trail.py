"""Which trusted keys a journal knows, also one whose trail never noted the use of a key."""

import pytest

from results import envelope as dsse
from results.entry import BENCH, Noted
from results.journal import Journal
from results.key_trail import never_seen
from results.keys import FileKey, read_trusted_keys
from tests.results.made_run import seal_with, write_run


@pytest.fixture
def lab(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        seal_with(journal, tmp_path, tmp_path)
        yield tmp_path, journal


def strangers(lab):
    folder, journal = lab
    return never_seen(read_trusted_keys(folder), journal, journal.entries(BENCH), folder)


def signed_by(lab, *files):
    """Put other signatures under the sealed record."""
    file = lab[0] / "000001.tera.json"
    envelope = dsse.parse(file.read_bytes())
    seals = [FileKey.open(lab[0] / f"{name}.pem") for name in files]
    file.write_bytes(dsse.render(dsse.sign(envelope.content, training=envelope.training, seals=seals)))


def test_the_keys_of_a_sealed_record_are_known_where_no_trail_noted_them(lab):
    assert strangers(lab) == ()


def test_a_key_that_signed_nothing_here_is_named(lab):
    key = FileKey.open(lab[0] / "bench@2024-01-01-00000000.pem")
    assert strangers(lab) == (key.keyid,)
    (lab[0] / "000001.tera.json").unlink()
    assert len(strangers(lab)) == 3


def test_a_strangers_signature_under_a_record_makes_his_key_no_better_where_the_trail_noted_the_keys(lab):
    keys = ", ".join(read_trusted_keys(lab[0]))
    facts = {"run": "run-1", "keys": keys}
    lab[1].append(BENCH, Noted(what="key_used", facts=facts), at="2026-11-21T10:00:00+07:00", elapsed=6.0)
    key = FileKey.open(lab[0] / "bench@2024-01-01-00000000.pem")
    signed_by(lab, "bench", "officer-budi", "bench@2024-01-01-00000000")
    assert strangers(lab) == (key.keyid,)
    made = Noted(what="key_made", facts={"whose": "bench", "key": key.keyid})
    lab[1].append(BENCH, made, at="2026-11-21T10:00:00+07:00", elapsed=7.0)
    assert strangers(lab) == ()
