"""Complaints: seven stages in their order, handled by somebody else, with evidence; nothing is taken away."""

import contextlib
import io
import json
import os
import shutil
from datetime import date
from types import SimpleNamespace

import apsw
import pytest

from bench.cli.entry import run
from bench.complaints import due_after
from bench.laboratory import Folders, load
from results.complaint import STAGES, Complaint, Step, check_stages, complaints
from results.entry import BENCH, Noted
from results.errors import IntegrityError, RecordError
from results.journal import Journal

pytestmark = pytest.mark.timeout(180)
DUE = "2199-12-31"
PEOPLE = """
[[person]]
id = "pereviu1"
name = "Rina Contoh"
roles = ["pereviu"]

[[person]]
id = "kepala"
name = "Siti Contoh"
roles = ["kepala"]
"""
WAY = {
    "verifikasi": ("--by", "kepala", "--text", "segel diperiksa"),
    "klasifikasi": ("--by", "kepala", "--kind", "hasil pengujian"),
    "penugasan": ("--by", "kepala", "--handler", "pereviu1"),
    "tindak_lanjut": ("--by", "pereviu1", "--text", "diuji lagi"),
    "penyelesaian": ("--by", "pereviu1", "--text", "tidak ada beda", "--feedback", "ditelepon"),
    "evaluasi": ("--by", "kepala", "--text", "cukup"),
}


def tera(*arguments, lab=None):
    """The command line within this process: dozens of commands would each wait for a new one."""
    where = ["--lab", str(lab)] if lab is not None else []
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([*arguments, *where])
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


@pytest.fixture(autouse=True)
def _nobody_types(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.delenv("TERA_PIN", raising=False)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A laboratory of three people with one sealed record, voided, of penera1."""
    root = tmp_path_factory.mktemp("complaints") / "lab"
    assert tera("init", str(root)).returncode == 0
    with (root / "laboratory.toml").open("a", encoding="utf-8") as file:
        file.write(PEOPLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO())
        assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    assert tera("void", "000001", "--reason", "salah alat", lab=root).returncode == 0
    return root


@pytest.fixture
def lab(prepared, tmp_path):
    copy = tmp_path / "lab"
    shutil.copytree(prepared, copy)
    return copy


def received(lab, *options):
    done = tera(
        *("complaint", "receive", "--by", "penera1", "--text", "kurang 50 g", "--due", DUE),
        *(*options, "--json"),
        lab=lab,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["ticket"]


def step(lab, ticket, stage, *options):
    due = () if stage == "evaluasi" else ("--due", DUE)
    return tera("complaint", "step", ticket, stage, *(options or WAY[stage]), *due, "--json", lab=lab)


def shown(lab, ticket, *options):
    done = tera("complaint", "show", ticket, "--json", *options, lab=lab)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_complaint_goes_through_its_seven_stages_and_shows_the_evidence_to_its_handler(lab):
    ticket = received(lab, "--record", "000001")
    for stage in WAY:
        done = step(lab, ticket, stage)
        assert done.returncode == 0, done.stderr
    told = shown(lab, ticket)
    assert [one["stage"] for one in told["steps"]] == list(STAGES)
    assert told["closed"] is True
    assert told["due"] is None
    assert told["handler"] == "pereviu1"
    evidence = told["evidence"]["000001"]
    assert set(evidence["checks"].values()) == {"holds"}
    assert tera("audit-trail", "verify", lab=lab).returncode == 0


def test_every_step_stands_in_the_audit_trail_with_who_when_and_due(lab):
    ticket = received(lab)
    assert step(lab, ticket, "verifikasi").returncode == 0
    with Journal(Folders(lab).journal, read_only=True) as journal:
        found = [kept for kept in journal.entries(BENCH) if getattr(kept.entry, "what", "") == "complaint"]
    assert [(kept.entry.facts["stage"], kept.entry.facts["by"]) for kept in found] == [
        ("penerimaan", "penera1"),
        ("verifikasi", "kepala"),
    ]
    assert all(kept.entry.facts["due"] == DUE and kept.at for kept in found)
    assert all(kept.entry.facts["synchronised"] in {"yes", "no", "unknown"} for kept in found)
    assert "pengaduan" in tera("audit-trail", "show", lab=lab).stdout


OUT_OF_ORDER = {
    "assigned before it was looked at": ("penugasan", WAY["penugasan"]),
    "settled before anything was done": ("penyelesaian", WAY["penyelesaian"]),
    "evaluated at once": ("evaluasi", WAY["evaluasi"]),
}


@pytest.mark.parametrize(("stage", "options"), OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_no_stage_is_left_out(lab, stage, options):
    ticket = received(lab)
    assert step(lab, ticket, stage, *options).returncode == 2
    assert shown(lab, ticket)["stage"] == "penerimaan"


def facts(stage):
    said = {"text": "x", "kind": "x", "handler": "pereviu1", "feedback": "x", "due": DUE}
    return said | ({"stage": stage} if stage else {})


def walked(*stages):
    steps = [
        Step(stage, "2026-11-22T09:00:00+07:00", "kepala", facts(stage), at)
        for at, stage in enumerate(stages)
    ]
    return Complaint("K7QF2-M9X4T", steps)


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_follows_when_it_was_evaluated(stage):
    with pytest.raises(RecordError):
        walked(*STAGES).check(stage, "pereviu1", facts(""))


def test_who_is_not_content_sends_it_back_and_it_may_change_hands():
    walked(*STAGES[:6]).check("tindak_lanjut", "pereviu1", facts(""))
    walked(*STAGES[:5]).check("penugasan", "kepala", facts("") | {"handler": "kepala"})


LACKING = {
    "no words at the counter": ((), "penerimaan", "text"),
    "no kind": (STAGES[:2], "klasifikasi", "kind"),
    "nobody to handle it": (STAGES[:3], "penugasan", "handler"),
    "closed without telling the complainant": (STAGES[:5], "penyelesaian", "feedback"),
    "closed without an evaluation": (STAGES[:6], "evaluasi", "text"),
    "no day until which": (STAGES[:1], "verifikasi", "due"),
    "words of spaces only": (STAGES[:5], "penyelesaian", "feedback"),
}


@pytest.mark.parametrize(("before", "stage", "lacks"), LACKING.values(), ids=LACKING)
def test_a_stage_without_what_it_needs_is_refused(before, stage, lacks):
    given = facts("") | {lacks: "" if lacks == "due" else "  "}
    with pytest.raises(RecordError) as caught:
        walked(*before).check(stage, "pereviu1", given)
    assert caught.value.code in {"complaint.lacks", "complaint.no_due"}


def test_whoever_tested_neither_handles_it_nor_does_any_stage_but_take_it_in():
    walked().check("penerimaan", "penera1", facts(""), ["penera1"])
    for stages, stage in ((STAGES[:1], "verifikasi"), (STAGES[:6], "evaluasi")):
        with pytest.raises(RecordError) as caught:
            walked(*stages).check(stage, "penera1", facts(""), ["penera1"])
        assert caught.value.code == "complaint.concerned"
    with pytest.raises(RecordError) as caught:
        walked(*STAGES[:3]).check("penugasan", "kepala", facts("") | {"handler": "penera1"}, ["penera1"])
    assert caught.value.code == "complaint.concerned"


def test_a_record_named_later_takes_the_case_from_a_handler_who_tested_it(lab):
    ticket = received(lab)
    for stage in ("verifikasi", "klasifikasi"):
        assert step(lab, ticket, stage).returncode == 0
    assert step(lab, ticket, "penugasan", "--by", "kepala", "--handler", "penera1").returncode == 0
    late = ("--by", "penera1", "--text", "saya periksa sendiri", "--record", "000001")
    assert step(lab, ticket, "tindak_lanjut", *late).returncode == 2


SECOND = {"name": "NAMA  penera", "name with a title": "Nama Penera, S.T."}


@pytest.mark.parametrize("name", SECOND.values(), ids=SECOND)
def test_whoever_tested_has_no_part_under_a_second_id(lab, name):
    with (lab / "laboratory.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[person]]\nid = "kedua"\nname = "{name}"\nroles = ["pereviu"]\n')
    ticket = received(lab, "--record", "000001")
    assert step(lab, ticket, "verifikasi", "--by", "kedua", "--text", "x").returncode == 2
    for stage in ("verifikasi", "klasifikasi"):
        assert step(lab, ticket, stage).returncode == 0
    assert step(lab, ticket, "penugasan", "--by", "kepala", "--handler", "kedua").returncode == 2
    assert shown(lab, ticket)["stage"] == "klasifikasi"


def test_only_the_handler_follows_up_and_settles():
    for stages, stage in ((STAGES[:4], "tindak_lanjut"), (STAGES[:5], "penyelesaian")):
        with pytest.raises(RecordError) as caught:
            walked(*stages).check(stage, "kepala", facts(""))
        assert caught.value.code == "complaint.not_the_handler"


def test_a_record_of_another_bench_a_stranger_and_a_day_gone_by_are_refused(lab):
    base = ("complaint", "receive", "--text", "x")
    assert tera(*base, "--by", "penera1", "--record", "000009", "--due", DUE, lab=lab).returncode == 2
    assert tera(*base, "--by", "siapa", "--due", DUE, lab=lab).returncode == 2
    assert tera(*base, "--by", "penera1", "--due", "2020-01-01", lab=lab).returncode == 2
    assert tera(*base, "--by", "penera1", "--due", "besok", lab=lab).returncode == 2
    assert tera(*base, "--by", "penera1", lab=lab).returncode == 2
    assert tera("complaint", "list", "--json", lab=lab).stdout == ""


def test_days_of_the_laboratory_file_give_the_due_day_and_what_is_late_is_marked(lab):
    file = lab / "laboratory.toml"
    file.write_text(file.read_text("utf-8") + "\n[complaint]\ndays = { penerimaan = 3 }\n", "utf-8")
    assert due_after(load(lab), "penerimaan", date(2026, 11, 30)) == "2026-12-03"
    assert due_after(load(lab), "evaluasi", date(2026, 11, 30)) == ""
    one = Complaint("X", [Step("penerimaan", "2026-11-22T09:00:00+07:00", "x", {"due": "2026-11-25"}, 1)])
    assert not one.overdue(date(2026, 11, 25))
    assert one.overdue(date(2026, 11, 26))
    assert tera("complaint", "receive", "--by", "penera1", "--text", "x", lab=lab).returncode == 0


def test_a_stage_that_does_not_exist_in_the_laboratory_file_is_a_mistake_of_the_file(lab):
    file = lab / "laboratory.toml"
    file.write_text(file.read_text("utf-8") + "\n[complaint]\ndays = { selesai = 3 }\n", "utf-8")
    assert tera("complaint", "list", lab=lab).returncode == 2


def test_anybody_with_the_ticket_learns_the_stage_and_no_name_and_no_word(lab):
    ticket = received(lab, "--name", "Ani Rahasia", "--contact", "0812", "--record", "000001")
    told = tera("complaint", "show", ticket.lower(), "--public", "--json", lab=lab).stdout
    assert json.loads(told)["stage"] == "penerimaan"
    assert not any(word in told for word in ("Ani", "0812", "kurang", "000001", "penera1"))
    assert tera("complaint", "show", "22222-22222", "--public", lab=lab).returncode == 2


def test_who_complains_is_not_in_the_journal_and_can_be_taken_out_without_breaking_it(lab):
    ticket = received(lab, "--name", "Ani Rahasia")
    assert b"Ani Rahasia" not in Folders(lab).journal.read_bytes()
    file = lab / "data" / "complaints" / ticket / "complainant.json"
    assert "Ani Rahasia" in file.read_text("utf-8")
    assert os.name == "nt" or not file.stat().st_mode & 0o077
    file.unlink()
    assert tera("audit-trail", "verify", lab=lab).returncode == 0
    assert step(lab, ticket, "verifikasi").returncode == 0


def test_an_attachment_is_kept_with_its_digest(lab, tmp_path):
    photo = tmp_path / "foto.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    ticket = received(lab, "--attach", str(photo))
    (kept,) = shown(lab, ticket)["steps"][0]["facts"]["files"]
    assert (lab / "data/complaints" / ticket / kept["name"]).read_bytes() == photo.read_bytes()
    photo.write_bytes(b"")
    done = tera(
        "complaint",
        "receive",
        "--by",
        "penera1",
        "--text",
        "x",
        "--due",
        DUE,
        "--attach",
        str(photo),
        lab=lab,
    )
    assert done.returncode == 2


def test_a_person_with_a_pin_must_show_it_and_nobody_makes_a_key_for_another(lab):
    file = lab / "laboratory.toml"
    text = file.read_text("utf-8").replace('roles = ["kepala"]', 'roles = ["kepala"]\npin = true')
    file.write_text(text, "utf-8")
    ticket = received(lab)
    assert step(lab, ticket, "verifikasi").returncode == 2
    assert shown(lab, ticket)["stage"] == "penerimaan"
    with Journal(Folders(lab).journal, read_only=True) as journal:
        refused = [kept.entry for kept in journal.entries(BENCH) if kept.entry.what == "key_refused"]
    assert [(entry.facts["person"], entry.facts["code"]) for entry in refused] == [("kepala", "key.not_made")]


# ---------------------------------------------------------------------- the evidence bundle


@pytest.fixture(scope="module")
def bundled(prepared, tmp_path_factory):
    root = tmp_path_factory.mktemp("bundled") / "lab"
    shutil.copytree(prepared, root)
    ticket = received(root, "--record", "000001")
    target = root / "bukti"
    done = tera("complaint", "bundle", ticket, "--by", "kepala", "-o", str(target), lab=root)
    assert done.returncode == 0, done.stderr
    return root, target / f"{ticket}.bundle.json"


def test_a_bundle_has_record_recomputation_rules_standards_competence_neighbours_and_holds(bundled):
    root, index = bundled
    names = {file.relative_to(index.parent).as_posix() for file in index.parent.rglob("*") if file.is_file()}
    assert {
        *("complaint.json", "000001/000001.tera.json", "000001/000001.h5", "000001/000001.pdf"),
        *("000001/today.json", "000001/rules.json", "000001/standards.json"),
        *("000001/competence.json", "000001/neighbours.json", "000001/journal.json"),
    } <= names
    again = json.loads((index.parent / "000001/today.json").read_text("utf-8"))
    assert set(again["checks"].values()) == {"holds"}
    assert again["differences"] == []
    assert json.loads((index.parent / "000001/competence.json").read_text("utf-8"))["noted"] == "penera"
    assert json.loads((index.parent / "000001/rules.json").read_text("utf-8"))["id"]
    assert tera("record", "verify", str(index), lab=root).returncode == 0


TAMPERING = {
    "what came out today is rewritten": lambda folder: (folder / "000001/today.json").write_text("{}"),
    "the record is exchanged": lambda folder: (folder / "000001/000001.tera.json").write_bytes(b"{}"),
    "a file is taken away": lambda folder: (folder / "000001/neighbours.json").unlink(),
    "a file is added": lambda folder: (folder / "000001/surat.pdf").write_bytes(b"%PDF"),
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_a_changed_bundle_is_found(bundled, tmp_path, tamper):
    root, index = bundled
    copy = tmp_path / "bukti"
    shutil.copytree(index.parent, copy)
    tamper(copy)
    assert tera("record", "verify", str(copy / index.name), lab=root).returncode == 5


def test_a_changed_list_of_a_bundle_is_found(bundled, tmp_path):
    root, index = bundled
    copy = tmp_path / "bukti"
    shutil.copytree(index.parent, copy)
    data = bytearray((copy / index.name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / index.name).write_bytes(data)
    assert tera("record", "verify", str(copy / index.name), lab=root).returncode == 5


def test_a_bad_record_is_shown_as_bad_to_whoever_handles_the_complaint(lab):
    ticket = received(lab, "--record", "000001")
    file = lab / "data/records/000001.h5"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    evidence = shown(lab, ticket)["evidence"]["000001"]
    assert evidence["checks"]["evidence"] != "holds"
    assert "differences" not in evidence
    assert "✘" in tera("complaint", "show", ticket, lab=lab).stdout


def test_without_a_record_there_is_no_bundle_and_none_is_written_over(lab, tmp_path):
    ticket = received(lab)
    line = ("complaint", "bundle", ticket, "--by", "kepala", "-o", str(tmp_path / "b"))
    assert tera(*line, lab=lab).returncode == 2
    assert not (tmp_path / "b").exists()
    other = received(lab, "--record", "000001")
    (tmp_path / "b").mkdir()
    assert (
        tera("complaint", "bundle", other, "--by", "kepala", "-o", str(tmp_path / "b"), lab=lab).returncode
        == 2
    )


# ---------------------------------------------------------------------- the journal under attack


def test_a_stage_written_past_the_program_is_found_by_the_audit_trail(lab):
    ticket = received(lab)
    with Journal(Folders(lab).journal) as journal:
        forged = Noted(what="complaint", facts={"ticket": ticket, "stage": "evaluasi", "by": "kepala"})
        journal.append(BENCH, forged, at="2026-11-22T10:00:00+07:00", elapsed=1.0)
        assert complaints(journal.entries(BENCH))[ticket].closed
        with pytest.raises(IntegrityError):
            check_stages(journal.entries(BENCH), where="journal")
    done = tera("audit-trail", "verify", lab=lab)
    assert done.returncode == 5
    assert ticket in done.stderr


def test_a_complaint_cannot_be_taken_out_of_the_journal(lab):
    ticket = received(lab)
    assert step(lab, ticket, "verifikasi").returncode == 0
    with apsw.Connection(str(Folders(lab).journal)) as file:
        delete = "DELETE FROM entry WHERE cast(body AS TEXT) LIKE '%penerimaan%'"
        with pytest.raises(apsw.Error, match="kept"):
            file.execute(delete)
        file.execute("DROP TRIGGER entry_kept")
        file.execute(delete)
    assert tera("audit-trail", "verify", lab=lab).returncode == 5
