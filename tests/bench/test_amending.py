"""Amendments: another number, the same measurement, both records whole, and nothing else can be changed."""

import msgspec
import pytest

from bench.amending import amend
from bench.audit import measured_evidence
from bench.errors import LaboratoryError
from bench.laboratory import BenchEntry, Folders, Laboratory, RegistryEntry
from bench.people import Person
from bench.session import Surroundings
from bench.station import Station
from drivers.clock import SystemClock
from drivers.notation import to_builtins
from results.certificate.content import certificate_content
from results.certificate.rendering import render_certificate
from results.dcc.document import render_dcc
from results.entry import Amended, Concluded, RunBegun
from results.errors import IntegrityError, RecordError
from results.journal import Journal
from results.verification import load_record
from tests.bench.signing_lab import PINS, made, noted, typed
from tests.results.made_run import OFFICE, conclusion, keys_in, seal_with, weigh_points, write_run

ANI = Person(id="ani", name="Ani Contoh", roles=("penera",))


class Lab:
    """One record, sealed, and the bench that may amend it."""

    def __init__(self, journal, folder, bench="BENCH-02"):
        self.journal, self.folder = journal, folder
        self.around = Surroundings(
            laboratory=Laboratory(
                office=OFFICE,
                bench=BenchEntry(id=bench),
                person=(ANI,),
                registry=RegistryEntry(url="https://register.example", key=""),
            ),
            journal=journal,
            station=Station({}),
            clock=SystemClock(),
            sentence=str,
            title=str,
        )

    def seal(self, run):
        return seal_with(self.journal, self.folder / "keys", self.folder / "records", run).verified

    def amend(self, old, reason="salah ketik", **changes):
        run = amend(self.around, old, {name.replace("__", "."): new for name, new in changes.items()}, reason)
        return self.seal(run)


@pytest.fixture
def lab(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        yield Lab(journal, tmp_path)


@pytest.fixture
def old(lab):
    return lab.seal("run-1")


def test_an_amendment_has_its_own_number_and_says_what_why_who_and_when(lab, old):
    new = lab.amend(old, identity__serial="A123465", owner__name="Toko Sari Darat").record
    assert (old.record.number, new.number, new.sequence) == ("000001", "000002", 2)
    assert new.supersedes == old.record.record_id
    assert new.certificate_number not in {"", old.record.certificate_number}
    assert (new.identity.serial, new.owner.name) == ("A123465", "Toko Sari Darat")
    told = new.amendment
    assert (told.by, told.reason, told.record_digest) == ("Ani Contoh", "salah ketik", old.digest)
    assert told.certificate_number == old.record.certificate_number
    assert told.changes["identity.serial"] == {"old": "A123456", "new": "A123465"}


def test_a_test_under_a_clock_that_was_ahead_is_amended_after_the_clock_was_set_right(tmp_path):
    """The amendment is then of an earlier time than the test, and both are honest."""
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal, start="2098-11-21T09:14:00+07:00")
        lab = Lab(journal, tmp_path)
        old = lab.seal("run-1")
        new = lab.amend(old, place="Kantor")
        assert new.record.amendment.at < old.record.ended_at
        path = tmp_path / "records" / "000002.tera.json"
        assert load_record(path, keys_in(tmp_path / "keys")[1]).record == new.record


@pytest.mark.parametrize(
    "character", ["\x00", "\x01", "\x1b", "\x85", "\u202e", "\u2066", "\udcff", "\uffff"]
)
def test_words_that_no_paper_can_show_are_refused_and_use_no_number(lab, old, character):
    for reason, changes in (
        ("salah ketik", {"owner__name": f"A{character}B"}),
        (f"A{character}B", {"place": "Kantor"}),
    ):
        with pytest.raises(LaboratoryError) as refused:
            lab.amend(old, reason, **changes)
        entry = "reason" if "place" in changes else "owner.name"
        assert (refused.value.code, refused.value.facts["entry"]) == ("text.illegible", entry)
    assert len(lab.journal.runs()) == 1


def test_letters_of_any_script_and_an_address_of_two_lines_are_set(lab, old):
    lines = "Jalan Contoh 1\n\tBlok\u200d\u00a0B 🏬"
    new = lab.amend(old, owner__name="Toko ꦱꦫꦶ العربية", owner__address=lines)
    assert new.record.owner.address == lines
    assert render_certificate(new).startswith(b"%PDF")


def test_what_was_measured_and_by_whom_stays_as_it_was(lab, old):
    new = lab.amend(old, place="Kantor")
    before, after = to_builtins(old.record), to_builtins(new.record)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {
        "amendment",
        "certificate_number",
        "evidence_digest",
        "journal_head",
        "number",
        "place",
        "previous_record",
        "record_id",
        "sequence",
        "software",
        "supersedes",
    }
    assert measured_evidence(new.evidence) == old.evidence


def test_the_record_that_was_corrected_stays_and_still_verifies(lab, old):
    lab.amend(old, place="Kantor")
    path = lab.folder / "records" / "000001.tera.json"
    assert load_record(path, keys_in(lab.folder / "keys")[1]).digest == old.digest
    lab.journal.verify([old.record.journal_head])


def test_the_paper_names_the_one_it_replaces_and_what_differs(lab, old):
    content = certificate_content(new := lab.amend(old, identity__serial="A123465"))
    rows = [row[2] for row in content["job"]]
    assert f"{old.record.certificate_number} (BENCH-02:000001)" in rows
    assert "Diperbaiki: Nomor seri, semula A123456, menjadi A123465." in content["breaks"]
    assert "salah ketik" in content["breaks"][1]
    assert "<dcc:typeOfChange>amended</dcc:typeOfChange>" in render_dcc(new).decode()


def test_an_amendment_can_be_amended_and_the_first_measurement_is_still_in_it(lab, old):
    second = lab.amend(old, place="Kantor")
    third = lab.amend(second, order="0232/SCD/XI/2026", reason="nomor order")
    assert third.record.supersedes == "BENCH-02:000002"
    assert (third.record.place, third.record.order) == ("Kantor", "0232/SCD/XI/2026")
    assert measured_evidence(third.evidence) == old.evidence


def test_the_change_of_a_missing_name_takes_its_notice_away(tmp_path):
    with Journal(tmp_path / "journal.db") as journal:
        write_run(journal)
        lab = Lab(journal, tmp_path)
        old = lab.seal("run-1")
        assert lab.amend(old, place="Kantor").record.notices == old.record.notices


REFUSED = {
    "no reason": ({"reason": "  ", "place": "Kantor"}, "amendment.nothing"),
    "nothing said": ({}, "amendment.nothing"),
    "what it says already": ({"place": "Sidang tera Pasar Contoh "}, "amendment.nothing"),
    "a reading": ({"points": "0 g"}, "amendment.beyond"),
    "the metrological data": ({"uut__e": "5 g"}, "amendment.beyond"),
    "the activity": ({"activity": "initial_verification"}, "amendment.beyond"),
}


@pytest.mark.parametrize(("asked", "code"), REFUSED.values(), ids=REFUSED)
def test_what_may_not_be_amended_is_refused_and_consumes_no_number(lab, old, asked, code):
    with pytest.raises((LaboratoryError, RecordError)) as refused:
        lab.amend(old, **asked)
    assert refused.value.code == code
    assert len(lab.journal.runs()) == 1


def test_a_record_is_amended_once_and_then_its_successor(lab, old):
    lab.amend(old, place="Kantor")
    with pytest.raises(LaboratoryError, match="000002"):
        lab.amend(old, place="Pasar")


def test_another_benchs_record_and_one_without_a_verdict_are_refused(lab, old, tmp_path):
    with pytest.raises(LaboratoryError, match="not sealed by this bench"):
        Lab(lab.journal, tmp_path, bench="BENCH-09").amend(old, place="Kantor")
    write_run(lab.journal, "run-2", end="voided")
    with pytest.raises(LaboratoryError, match="no verdict"):
        lab.amend(lab.seal("run-2"), place="Kantor")


def forge(lab, old, *, change_begun=None, change_amended=None, conclude=None):
    """What the holder of all keys could write into the journal in place of an honest amendment."""
    run = amend(lab.around, old, {"place": "Kantor"}, "salah ketik")
    begun, amended, concluded = (kept.entry for kept in lab.journal.entries(run))
    begun = msgspec.structs.replace(begun, number="", **(change_begun(begun) if change_begun else {}))
    amended = msgspec.structs.replace(amended, **(change_amended(amended) if change_amended else {}))
    assert (type(begun), type(amended)) == (RunBegun, Amended)
    lab.journal.begin(
        "forged", begun, at="2026-11-22T09:00:00+07:00", elapsed=1.0, then=(amended, conclude or concluded)
    )
    return lab.seal("forged")


FAILING = Concluded(conclusion=to_builtins(conclusion(weigh_points(failing=True))))
FORGERIES = {
    "another class": {"change_begun": lambda b: {"assignment": {**b.assignment, "uut": {"class": "IIII"}}}},
    "another officer": {"change_begun": lambda _: {"officer": {"name": "X"}}},
    "another bench": {"change_begun": lambda _: {"bench": "BENCH-03"}},
    "another task": {"change_begun": lambda _: {"task": {}}},
    "other standards": {"change_begun": lambda _: {"standards": ()}},
    "other instruments": {"change_begun": lambda _: {"instruments": {}}},
    "another record than it names": {"change_begun": lambda _: {"supersedes": "BENCH-02:000007"}},
    "another verdict": {"conclude": FAILING},
    "a change that it does not tell": {"change_amended": lambda _: {"changes": {}}},
    "a change told wrongly": {
        "change_amended": lambda _: {"changes": {"place": {"old": "Solo", "new": "Kantor"}}}
    },
    "evidence that is not the record's": {"change_amended": lambda a: {"evidence": a.evidence[:-1] + b"x"}},
    "a record that is none": {"change_amended": lambda _: {"envelope": b"{}"}},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_whoever_holds_all_keys_cannot_amend_anything_else(lab, old, forgery):
    with pytest.raises(RecordError):
        forge(lab, old, **forgery)


def test_an_honest_amendment_made_in_the_same_way_is_sealed(lab, old):
    assert forge(lab, old).record.place == "Kantor"


def test_a_corrected_record_that_a_stranger_signed_is_found(lab, old, tmp_path):
    """A forger measures nothing: he invents a record, signs it himself, and has it amended."""
    with Journal(tmp_path / "other" / "journal.db") as journal:
        write_run(journal)
        stranger = Lab(journal, tmp_path / "other").seal("run-1")
    assert stranger.signed_by != old.signed_by
    with pytest.raises(IntegrityError):
        forge(
            lab,
            old,
            change_amended=lambda _: {
                "envelope": stranger.envelope,
                "evidence": stranger.evidence.content,
            },
        )


@pytest.mark.parametrize("pin", ["000000", PINS["joko"], None], ids=["wrong", "a colleague's", "none"])
def test_without_the_testers_pin_no_number_is_used_for_an_amendment(tmp_path, pin):
    root = made(tmp_path / "lab")
    line = ("amend", "000001", "--serial", "PALSU-1", "--reason", "x")
    assert typed(root, *line, "--as", "joko", pin=pin).returncode == 2
    with Journal(Folders(root).journal, read_only=True) as journal:
        assert [summary.begun.number for summary in journal.runs()] == ["000001"]
    assert [one["run"] for one in noted(root, "key_refused")] == ["run-1"]
    assert typed(root, *line, pin=PINS["budi"]).returncode == 0
