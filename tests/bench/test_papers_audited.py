"""What `tera audit` and `tera record verify` say of a paper, and of the whole at the end."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.validation import whole
from drivers.clock import SystemClock
from drivers.notation import to_json
from results.certificate.rendering import render_certificate
from results.journal import Journal
from results.keys import read_trusted_keys
from results.registry.app import open_store
from results.registry.settings import Settings
from results.verification import load_record
from tests.bench.lab_bench import tera
from tests.results.made_run import OFFICE, seal_with, write_run

SEALED = Path(whole.__file__).parents[1] / "golden/records/conforms/L-000001.tera.json"
"""by an earlier release of this program"""


@pytest.fixture
def printed(tmp_path):
    """The paper of that record, as this release prints it; then as another one printed it: other bytes."""
    own, other = tmp_path / "own.pdf", tmp_path / "other.pdf"
    own.write_bytes(render_certificate(load_record(SEALED, read_trusted_keys(SEALED.parent))))
    other.write_bytes(own.read_bytes().replace(b"/Title", b"/Titel", 1))
    assert own.read_bytes() != other.read_bytes()
    return own, other


def said(*command, lab):
    return tera(*command, "--keys", str(SEALED.parent), lab=lab)


def test_an_audit_of_a_paper_looks_at_what_is_printed_and_says_when_it_cannot(printed, tmp_path):
    own, other = map(str, printed)
    whole_yes = said("audit", own, lab=tmp_path)
    assert (whole_yes.returncode, whole_yes.stdout[0]) == (0, "✔"), whole_yes.stdout
    left_open = said("audit", other, lab=tmp_path)
    assert (left_open.returncode, left_open.stdout[0]) == (3, "▲"), left_open.stdout
    assert "Cetakan kertas TIDAK dibandingkan" in left_open.stdout
    assert "tera record show" in left_open.stdout
    (told,) = map(json.loads, said("audit", other, "--json", lab=tmp_path).stdout.splitlines())
    assert "paper" in told["unchecked"]


def test_verifying_ends_with_what_holds_of_the_whole(printed, tmp_path):
    record = tmp_path / "L-000001.tera.json"
    for suffix in (".tera.json", ".h5"):
        shutil.copy(SEALED.with_name(f"L-000001{suffix}"), tmp_path)

    def last(*command):
        told = tera("record", "verify", *command, lab=tmp_path)
        return told.returncode, told.stdout.splitlines()[-1]

    keys = ("--keys", str(SEALED.parent))
    whole_yes = "✔ Kesimpulan: L-000001 asli dan utuh, tetapi hanya LATIHAN: bukan tera"
    assert last(str(record), *keys) == (0, whole_yes)
    code, line = last(str(record))
    assert (code, line[0], "kunci publik" in line) == (3, "▲", True)
    code, line = last(str(printed[1]), *keys)
    assert (code, line[0], "cetakan" in line) == (3, "▲", True)
    record.write_bytes(record.read_bytes().replace(b'"payload":"e', b'"payload":"f', 1))
    code, line = last(str(record), *keys)
    assert (code, line[0], "tidak dapat dipercaya" in line) == (5, "✘", True)


class Morning(SystemClock):
    def utc(self):
        return datetime(2026, 11, 21, 3, 30, 20, tzinfo=UTC)


def test_the_registers_times_are_told_as_the_clock_of_the_office_shows_them(tmp_path):
    store = open_store(Settings.in_folder(tmp_path / "r", base_url="https://r.example", clock=Morning()))
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, start="2026-11-21T11:10:00+08:00")
        sealed = seal_with(journal, tmp_path / "keys", tmp_path / "records")
    (bench,) = (key for key in read_trusted_keys(tmp_path / "keys").values() if not key.person)
    store.enrol("BENCH-02", bench.public, OFFICE.name)
    receipt, _ = store.take(sealed.record.read_bytes())
    sealed.record.with_name("000001.receipt.json").write_bytes(to_json(receipt))
    (tmp_path / "keys/registry.pub").write_text(str(store.key))
    store.database.close()
    command = ("record", "verify", str(sealed.record), "--keys", str(tmp_path / "keys"))
    told = tera(*command, lab=tmp_path / "nowhere")
    assert "Tidak lebih lambat dari Sab 21-11-2026 11:31 WITA" in " ".join(told.stdout.split()), told.stdout
    (program,) = map(json.loads, tera(*command, "--json", lab=tmp_path / "nowhere").stdout.splitlines())
    assert program["not_after"] == "2026-11-21T03:30:20Z"


@pytest.mark.parametrize("command", [("record", "verify"), ("record", "show"), ("certificate",)])
def test_a_folder_in_the_place_of_a_record_is_a_mistake_of_the_command(tmp_path, command):
    told = tera(*command, str(SEALED.parent), lab=tmp_path)
    assert told.returncode == 2
    assert "tera audit" in told.stderr
