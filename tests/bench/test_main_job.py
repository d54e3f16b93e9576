"""The main job as a user runs it: a scale on a line, a sealed record, an audit."""

import json
import shutil

import pytest

from tests.bench.lab_bench import laboratory, outcome, tera

pytestmark = pytest.mark.timeout(180)
RECORD = "data/records/000001.tera.json"
EVIDENCE = "data/records/000001.h5"


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    """A laboratory with one sealed record; tests copy it before they touch anything."""
    root = tmp_path_factory.mktemp("sealed") / "lab"
    with laboratory(root, "tcp") as lab:
        result = outcome(lab.tera("run", "scales", "--uut", str(lab.order)))
    return root, result


@pytest.fixture
def lab(sealed, tmp_path):
    copy = tmp_path / "lab"
    shutil.copytree(sealed[0], copy)
    return copy


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_run_ends_with_the_answer_of_the_contract(sealed):
    root, result = sealed
    assert result["record"] == "000001"
    assert result["outcome"] == "conforms"
    assert set(result["sections"]) == {
        "visual",
        "zero",
        "eccentricity",
        "accuracy",
        "repeatability",
        "discrimination",
    }
    assert result["training"] is False
    assert result["registry"] == {"url": "", "state": "tersegel", "proof_verified": False}
    point = next(point for point in result["points"] if point["label"] == "accuracy/up/15000 g")
    assert point["error"] == {"value": "5", "unit": "g"}
    assert point["tolerance"]["upper"] == {"value": "15", "unit": "g"}
    assert (root / RECORD).exists()


def test_a_sound_record_is_verified_and_audited_from_its_raw_frames(lab):
    verified = tera("record", "verify", str(lab / RECORD), "--json", lab=lab)
    assert verified.returncode == 0
    assert lines(verified)[0]["signatures_checked"] is True
    audited = tera("audit", "--deep", str(lab / RECORD), "--json", lab=lab)
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert lines(audited)[0]["differences"] == []


PLACES = [0.02, 0.2, 0.4, 0.6, 0.8, 0.98]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", [RECORD, EVIDENCE])
def test_one_flipped_byte_anywhere_is_found_and_named(lab, name, place):
    file = lab / name
    content = bytearray(file.read_bytes())
    content[int(len(content) * place)] ^= 0x01
    file.write_bytes(content)
    audited = tera("audit", "--deep", str(lab / RECORD), "--json", lab=lab)
    assert audited.returncode == 5, audited.stdout + audited.stderr
    found = lines(audited)[0]
    assert found["ok"] is False
    assert found["fault"]
    assert tera("record", "verify", str(lab / RECORD), lab=lab).returncode == 5
    assert tera("certificate", str(lab / RECORD), "-o", str(lab / "x.pdf"), lab=lab).returncode == 5
    assert not (lab / "x.pdf").exists()


@pytest.mark.parametrize("place", [0.15, 0.5, 0.85])
def test_one_flipped_byte_in_the_journal_is_found_and_named(lab, place):
    journal = lab / "data" / "journal.db"
    content = bytearray(journal.read_bytes())
    start = content.find(b'"entry":"done"', int(len(content) * place))
    assert start > 0
    content[start + 20] ^= 0x01
    journal.write_bytes(content)
    audited = tera("audit", "--deep", str(lab / RECORD), "--json", lab=lab)
    assert audited.returncode == 5, audited.stdout + audited.stderr
    assert "journal" in json.dumps(lines(audited)[-1])


def test_the_certificate_is_rendered_again_byte_for_byte(lab):
    first = (lab / "data/records/000001.pdf").read_bytes()
    assert tera("certificate", str(lab / RECORD), "-o", str(lab / "again.pdf"), lab=lab).returncode == 0
    assert (lab / "again.pdf").read_bytes() == first


def test_a_void_run_keeps_its_number_and_is_sealed(lab):
    text = (lab / "laboratory.toml").read_text("utf-8")
    driver, port = 'driver = "st-gs"', text.split('port = "')[1].split('"')[0]
    (lab / "laboratory.toml").write_text(text.replace(driver, 'driver = "manual"').replace(port, ""), "utf-8")
    left = tera("run", "scales", "--uut", str(lab / "orders/contoh.toml"), lab=lab)
    assert left.returncode == 3
    voided = tera("void", "000002", "--reason", "salah alat", lab=lab)
    assert voided.returncode == 0, voided.stderr
    shown = tera("record", "show", "000002", "--json", lab=lab)
    assert lines(shown)[0]["record"]["state"] == "voided"
    assert [line["state"] for line in lines(tera("runs", "--json", lab=lab))] == ["sealed", "sealed"]


def test_a_record_is_exported_for_a_spreadsheet(lab):
    exported = tera("record", "export", str(lab / RECORD), "--format", "csv", lab=lab)
    assert exported.returncode == 0
    assert "accuracy/up/15000 g" in exported.stdout


def test_a_record_is_named_by_its_number(lab):
    assert tera("record", "verify", "000001", lab=lab).returncode == 0
    assert tera("certificate", "000001", lab=lab).stdout.strip() == str(lab / "data/records/000001.pdf")
    audited = tera("audit", "000001", "000044", lab=lab)
    assert audited.returncode == 2
    assert "✔" in audited.stdout
    assert "Tidak ada rekaman 000044" in audited.stdout
    for command in ("show", "verify", "export"):
        missing = tera("record", command, "000044", lab=lab)
        assert missing.returncode == 2
        assert "Lihat daftarnya dengan: tera runs" in missing.stderr
