"""Evidence goes after its retention, with two verified copies, by a person who may, and never for good."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.finishing import sealed_digests
from bench.laboratory import load
from bench.let_go import told_where
from bench.rereading import note_drill
from drivers.errors import PlainError
from results.backup import back_up, restore
from results.drill import examine, missing_of
from results.entry import BENCH, CONFIGURATION, Noted
from results.errors import IntegrityError, StorageError
from results.journal import Journal
from results.kept_receipts import take_receipts
from results.keys import read_trusted_keys
from results.outbox import Outbox, State
from results.registry.checkpoint import RegistryKey
from results.retention import Released, disks_apart, holding, released
from results.verification import load_record
from tests.bench.forked import ENVIRONMENT, completed
from tests.bench.kept_lab import NUMBERS, OVER, PIN, KeptLab, Stopped
from tests.bench.lab_bench import HERE, tera

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    top = tmp_path_factory.mktemp("made")
    KeptLab(top).make()
    return top


@pytest.fixture
def bare(made, tmp_path):
    """No copy yet."""
    shutil.copytree(made / "lab", tmp_path / "lab")
    return KeptLab(tmp_path)


@pytest.fixture
def lab(bare):
    """Two checked copies on two disks."""
    bare.copied("stick-a")
    bare.copied("stick-b")
    return bare


def noted(lab, *what):
    with Journal(lab.folders.journal, read_only=True) as journal:
        kept = [one.entry for one in journal.entries(BENCH)]
    return [entry for entry in kept if isinstance(entry, Noted) and (not what or entry.what in what)]


def refused(lab, *numbers, **named):
    with pytest.raises(PlainError) as caught:
        lab.release(*(numbers or NUMBERS[:1]), **named)
    assert lab.there() == list(NUMBERS)
    assert not noted(lab, "evidence_released")
    return caught.value.code


def loaded(lab, number):
    with told_where(lab.record(number)):
        return load_record(lab.record(number), read_trusted_keys(lab.folders.keys))


def test_evidence_goes_and_record_paper_receipt_and_journal_stay(lab):
    before = {path.name for path in lab.folders.records.iterdir()}
    with Journal(lab.folders.journal, read_only=True) as journal:
        entries = len(journal.entries("000001"))
    lab.release("000001", "000003")
    assert before - {path.name for path in lab.folders.records.iterdir()} == {"000001.h5", "000003.h5"}
    with Journal(lab.folders.journal, read_only=True) as journal:
        assert len(journal.entries("000001")) == entries
        journal.verify()


def test_the_trail_says_who_let_what_go_why_and_which_copies_hold_it(lab):
    lab.release("000001")
    intent, done = noted(lab, "evidence_released", "evidence_removed")
    with Journal(lab.folders.journal, read_only=True) as journal:
        digest = journal.sealed("000001").evidence_digest
    assert intent.facts["by"] == "siti"
    assert intent.facts["reason"] == "habis masa simpan"
    assert intent.facts["records"] == {"000001": digest}
    assert {place.rsplit("/", 2)[1] for place in intent.facts["copies"]} == {"stick-a", "stick-b"}
    assert (intent.facts["years"], done.facts["records"]) == (10, ["000001"])


def test_only_the_copies_that_hold_a_record_are_named_for_it(lab):
    third = lab.copied("stick-c")
    (third / "data" / "records" / "000001.h5").unlink()
    lab.release("000001", "000003")
    with Journal(lab.folders.journal, read_only=True) as journal:
        gone = released(journal.entries(BENCH))
    assert (len(gone["000001"].copies), len(gone["000003"].copies)) == (2, 3)
    assert str(third.resolve()) not in gone["000001"].copies


def test_who_may_not_lets_nothing_go(lab):
    assert refused(lab, who="budi") == "retention.role"
    assert refused(lab, who="tanpa") == "retention.role"
    assert refused(lab, pin="000000") == "key.pin"
    assert refused(lab, pin="") == "key.pin_missing"
    assert [entry.facts["code"] for entry in noted(lab, "key_refused")] == ["key.pin", "key.pin_missing"]


def test_who_was_given_the_role_today_lets_nothing_go_before_tomorrow(lab):
    with Journal(lab.folders.journal) as journal:
        facts = {"configuration": {"person siti": "penera; PIN"}}
        journal.append(BENCH, Noted(what=CONFIGURATION, facts=facts), at="2036-12-01T08:00:00Z", elapsed=1e9)
    assert refused(lab) == "role.not_yet"
    lab.now += timedelta(days=1, hours=1)
    lab.release("000001")
    assert lab.there() == list(NUMBERS[1:])


def test_a_head_without_a_key_cannot_take_any_pin_for_their_own(lab):
    (lab.folders.keys / "officer-siti.pem").unlink()
    assert refused(lab) == "key.lost"
    (lab.folders.keys / "officer-siti.pub").unlink()
    assert refused(lab) == "key.not_made"


TOO_EARLY = {
    "its ten years are not over by a day": (datetime(2036, 11, 20, 12, tzinfo=UTC), "retention.young"),
    "the day has begun in Jakarta and not in Greenwich": (datetime(2036, 11, 20, 18, tzinfo=UTC), None),
}


@pytest.mark.parametrize(("now", "code"), TOO_EARLY.values(), ids=TOO_EARLY)
def test_evidence_stays_until_its_time_is_over_at_the_office(lab, now, code):
    lab.now = now
    if code is None:
        lab.release("000001")
    else:
        assert refused(lab) == code


def rewritten(lab, old, new):
    file = lab.root / "laboratory.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_laboratory_that_sets_no_time_keeps_all(lab):
    rewritten(lab, "[retention]\nyears = 10\nrule = ", "# ")
    assert refused(lab) == "retention.no_time"


def test_evidence_stays_as_long_as_its_certificate_is_valid(lab):
    rewritten(lab, "years = 10", "years = 1")
    lab.now = datetime(2027, 11, 21, 10, tzinfo=UTC)
    assert refused(lab) == "retention.in_force"
    lab.release("000003")  # it was voided and has none


def test_evidence_stays_until_the_register_has_proved_that_it_holds_the_record(lab):
    receipt = lab.folders.records / "000001.receipt.json"
    other = (lab.folders.records / "000002.receipt.json").read_bytes()
    for content in (None, other, b"{}"):
        receipt.unlink()
        if content is not None:
            receipt.write_bytes(content)
        assert refused(lab) == "retention.not_delivered"
        receipt.touch()


def test_evidence_of_an_open_complaint_stays(lab):
    with Journal(lab.folders.journal) as journal:
        retention = lab.opened(journal)
        facts = {"ticket": "K7QF2-M9X4T", "records": ["000001"], "text": "kurang", "due": "2037-02-01"}
        retention.trail.note("complaint", **facts, stage="penerimaan", by="siti")
    assert refused(lab) == "retention.complaint"


def test_one_that_must_stay_keeps_the_others_that_were_named_with_it(lab):
    (lab.folders.records / "000002.receipt.json").unlink()
    assert refused(lab, *NUMBERS) == "retention.not_delivered"


def test_one_copy_or_two_on_one_disk_or_one_in_memory_are_not_two(bare):
    assert refused(bare) == "retention.copies"
    bare.copied("stick-a")
    assert refused(bare) == "retention.copies"
    shutil.copytree(bare.top / "stick-a", bare.top / "stick-a" / "again")
    bare.checked(bare.top / "stick-a" / "again" / "tera")
    bare.copied("memory")
    assert refused(bare) == "retention.copies"
    bare.copied("stick-b")
    bare.release("000001")


def test_a_copy_that_was_never_checked_counts_for_nothing(bare):
    bare.copied("stick-a")
    back_up(bare.root, bare.top / "stick-b" / "tera", at="2037-01-04T09:00:00+07:00")
    assert refused(bare) == "retention.copies"
    bare.copied("stick-c")
    assert refused(bare, places=(bare.top / "stick-b" / "tera",)) == "retention.unchecked"


def test_a_drill_elsewhere_counts_for_nothing_here(made, bare, tmp_path):
    """Another bench, and a journal that has forked from the one that was copied."""
    bare.copied("stick-a")
    other = KeptLab(tmp_path / "other")
    other.top.mkdir()
    shutil.copytree(made / "lab", other.root)
    with Journal(other.folders.journal) as journal:
        other.opened(journal).trail.note("seated", person="budi")
    bare.copied("stick-b")
    for disk, ours in (("stick-a", True), ("stick-b", False)):
        scratch = tmp_path / "read-again" / disk
        found = examine(scratch, restore(bare.top / disk / "tera", scratch))
        assert note_drill(other.root, bare.top / disk / "tera", found, Stopped(OVER), bare.disks) == ours


def changed(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("name", ["000001.h5", "000001.tera.json"])
def test_a_copy_with_one_changed_byte_is_named_and_counts_no_more(lab, name):
    changed(lab.top / "stick-b" / "tera" / "data" / "records" / name)
    with pytest.raises(IntegrityError) as caught:
        lab.release("000001")
    assert "stick-b" in str(caught.value) or name.startswith("000001.tera")
    assert [entry.facts["sound"] for entry in noted(lab, "copy_checked")] == [True, True, False]
    assert refused(lab) == "retention.copies"


def test_a_damaged_file_here_stays_and_no_copy_is_blamed_for_it(lab):
    changed(lab.evidence("000001"))
    with pytest.raises(IntegrityError):
        lab.release("000001")
    assert all(entry.facts["sound"] for entry in noted(lab, "copy_checked"))
    assert lab.there() == list(NUMBERS)


def test_a_copy_that_vanished_or_was_exchanged_does_not_count(lab):
    gone = lab.top / "stick-b"
    gone.rename(lab.top / "stick-c")
    assert refused(lab) == "retention.copies_at_hand"
    shutil.copytree(lab.top / "stick-a", gone)
    (gone / "tera" / "manifest.json").write_bytes(b"{}")
    assert refused(lab) == "retention.copies_at_hand"
    lab.release("000001", places=(lab.top / "stick-a" / "tera", lab.top / "stick-c" / "tera"))


@pytest.mark.parametrize("lead", ["symlink_to", "hardlink_to"])
def test_a_copy_that_leads_back_to_the_file_here_is_no_copy(lab, lead):
    copy = lab.top / "stick-b" / "tera" / "data" / "records" / "000001.h5"
    copy.unlink()
    getattr(copy, lead)(lab.evidence("000001"))
    assert refused(lab) == "retention.link"
    assert refused(lab) == "retention.copies"


def test_a_folder_of_links_is_found_by_the_drill_too(lab):
    copy = lab.top / "stick-b" / "tera"
    records = copy / "data" / "records"
    shutil.rmtree(records)
    records.symlink_to(lab.folders.records)
    found = lab.checked(copy)
    assert "data/records/000001.h5" in found.missing
    assert refused(lab) == "retention.copies"


def test_a_copy_made_before_a_record_was_sealed_or_while_its_evidence_was_away_does_not_hold_it(bare):
    bare.copied("stick-a")
    with Journal(bare.folders.journal, read_only=True) as journal:
        (copy,) = bare.opened(journal).known()
    gone = Released(
        number="000001", digest="", at="", person="siti", reason="", copies={}, sequence=copy.entries - 2
    )
    assert holding([copy], copy.entries, ()) == [copy]
    assert holding([copy], copy.entries + 1, ()) == []
    assert holding([copy], 1, [gone]) == []
    assert holding([copy], 1, [replace(gone, returned=copy.entries - 1)]) == [copy]
    assert holding([copy], 1, [replace(gone, sequence=copy.entries + 1)]) == [copy]


def test_what_was_let_go_is_told_with_its_copies_and_the_way_back(lab):
    lab.release("000001")
    with pytest.raises(StorageError) as caught:
        loaded(lab, "000001")
    assert caught.value.code == "evidence.released"
    told = str(caught.value)
    assert all(word in told for word in ("stick-a", "stick-b", "tera retention return 000001", "siti"))
    assert loaded(lab, "000002").record.number == "000002"


def test_what_is_missing_and_was_not_let_go_is_told_as_missing(lab):
    lab.release("000001")
    lab.evidence("000002").unlink()
    with pytest.raises(StorageError) as caught:
        loaded(lab, "000002")
    assert (caught.value.code, caught.value.facts["path"]) == (
        "storage.missing",
        str(lab.evidence("000002")),
    )
    with Journal(lab.folders.journal, read_only=True) as journal:
        standing = lab.opened(journal).standings()["000002"]
        assert standing.held(OVER.date())[0].code == "retention.not_here"


def test_a_strangers_record_under_that_number_is_not_excused(lab):
    lab.release("000001")
    shutil.copyfile(lab.record("000002"), lab.record("000001"))
    with pytest.raises((StorageError, IntegrityError)) as caught:
        loaded(lab, "000001")
    assert caught.value.code != "evidence.released"


def test_a_backup_after_the_release_is_sound_and_says_that_older_ones_hold_it(lab, tmp_path):
    lab.release("000001")
    manifest = back_up(lab.root, tmp_path / "later", at=OVER.isoformat())
    assert missing_of(tmp_path / "later", manifest) == ()
    found = examine(tmp_path / "scratch", restore(tmp_path / "later", tmp_path / "scratch"))
    assert (found.sound, found.released, found.records) == (True, ("000001",), 2)


def test_a_backup_names_what_is_missing_and_was_not_let_go(lab, tmp_path):
    lab.release("000001")
    lab.evidence("000002").unlink()
    manifest = back_up(lab.root, tmp_path / "later", at=OVER.isoformat())
    assert missing_of(tmp_path / "later", manifest) == ("data/records/000002.h5",)
    found = examine(tmp_path / "scratch", restore(tmp_path / "later", tmp_path / "scratch"))
    assert (found.sound, found.missing) == (False, ("data/records/000002.h5",))


def test_a_changed_record_without_evidence_is_found_in_a_backup(lab, tmp_path):
    lab.release("000001")
    back_up(lab.root, tmp_path / "later", at=OVER.isoformat())
    shutil.copyfile(
        tmp_path / "later/data/records/000002.tera.json", tmp_path / "later/data/records/000001.tera.json"
    )
    found = examine(tmp_path / "scratch", restore(tmp_path / "later", tmp_path / "scratch"))
    assert any("000001.tera.json" in fault for fault in found.faults)


def test_a_copy_made_after_the_release_does_not_hold_it_and_one_made_after_the_return_does(lab):
    lab.release("000001")
    lab.copied("stick-c")
    with Journal(lab.folders.journal) as journal:
        retention = lab.opened(journal)
        assert len(retention.standings()["000001"].copies) == 2
        retention.bring_back("000001", ())
        assert len(retention.standings()["000001"].copies) == 2
    lab.copied("stick-d")
    with Journal(lab.folders.journal, read_only=True) as journal:
        places = [copy.place for copy in lab.opened(journal).standings()["000001"].copies]
    assert [place.rsplit("/", 2)[1] for place in places] == ["stick-a", "stick-b", "stick-d"]


def test_evidence_comes_back_byte_for_byte_and_can_go_again(lab):
    content = lab.evidence("000001").read_bytes()
    lab.release("000001")
    with Journal(lab.folders.journal) as journal:
        lab.opened(journal).bring_back("000001", (lab.top / "stick-b" / "tera",))
    assert lab.evidence("000001").read_bytes() == content
    assert loaded(lab, "000001").record.number == "000001"
    lab.release("000001")
    assert lab.there() == ["000002", "000003"]


def test_another_file_does_not_come_back_in_its_place(lab):
    lab.release("000001")
    copy = lab.top / "stick-a" / "tera" / "data" / "records" / "000001.h5"
    changed(copy)
    with Journal(lab.folders.journal) as journal, pytest.raises(IntegrityError):
        lab.opened(journal).bring_back("000001", (lab.top / "stick-a" / "tera",))
    assert not lab.evidence("000001").exists()
    with Journal(lab.folders.journal) as journal, pytest.raises(PlainError) as caught:
        lab.opened(journal).bring_back("000002", ())
    assert caught.value.code == "retention.not_released"


def test_killed_at_any_step_nothing_has_gone_or_the_next_start_ends_it(lab):
    """Each step of a release of three: every entry and every file, before and after."""
    step = 0
    while True:
        step += 1
        top = lab.top / f"killed-{step}"
        for name in ("lab", "stick-a", "stick-b"):
            shutil.copytree(lab.top / name, top / name)
        one = KeptLab(top)
        for disk in ("stick-a", "stick-b"):
            one.checked(top / disk / "tera")
        told = completed([str(HERE / "killed_release.py"), str(top), str(step), OVER.isoformat()])
        with Journal(one.folders.journal) as journal:
            journal.verify()
            begun = released(journal.entries(BENCH))
            if not begun:
                assert one.there() == list(NUMBERS)
            assert one.opened(journal).finish() == []
            gone = released(journal.entries(BENCH))
            assert one.there() == ([] if begun else list(NUMBERS))
            assert all(release.done for release in gone.values())
            assert gone.keys() == begun.keys()
        shutil.rmtree(top)
        if told.returncode == 0:
            break
        assert told.returncode == -9, told.stderr
    assert step == int(told.stdout) + 1
    assert step > 2 * (len(NUMBERS) + 2)


def test_what_a_power_cut_left_waits_until_the_copies_are_at_hand_and_sound(lab):
    with Journal(lab.folders.journal) as journal:
        retention = lab.opened(journal)
        copies = {copy.place: copy.manifest for copy in retention.known()}
        digest = journal.sealed("000001").evidence_digest
        facts = {"records": {"000001": digest}, "copies": copies, "years": 10, "rule": ""}
        retention.trail.note("evidence_released", by="siti", reason="habis", **facts)
        (lab.top / "stick-b").rename(lab.top / "away")
        assert retention.finish() == ["000001"]
        assert lab.there() == list(NUMBERS)
        (lab.top / "away").rename(lab.top / "stick-b")
        assert retention.finish() == []
        assert lab.there() == ["000002", "000003"]


def test_an_outbox_made_anew_sends_nothing_again_whose_evidence_was_let_go(lab):
    """A backup holds no outbox: after a restore it is made from the records and their receipts."""
    lab.release("000001")
    receipt = (lab.folders.records / "000003.receipt.json").read_bytes()
    (lab.folders.records / "000003.receipt.json").write_bytes(receipt.replace(b"000003", b"000001"))
    with Journal(lab.folders.journal, read_only=True) as journal, Outbox(lab.folders.outbox) as outbox:
        outbox.reconcile(lab.folders.records, sealed=lambda: sealed_digests(journal))
        key = RegistryKey.parse(load(lab.root).registry.key)
        assert [one.rpartition(":")[2] for one in take_receipts(outbox, key)] == ["000001", "000002"]
        assert [one.number for one in outbox.records(State.SEALED)] == ["000003"]
        assert all(one.address for one in outbox.records(State.DELIVERED))


def test_the_disks_of_copies_are_counted_together_where_they_share_one():
    assert disks_apart([]) == 0
    assert disks_apart([frozenset("a"), frozenset("a")]) == 1
    assert disks_apart([frozenset("a"), frozenset("b"), frozenset("ab")]) == 1
    assert disks_apart([frozenset("a"), frozenset(), frozenset("b")]) == 2


def test_the_commands_say_plainly_what_is_the_case(lab, monkeypatch):
    """As a person would: show, audit and verify after a release, and the way back."""
    lab.release("000001")
    told = tera("retention", "show", "--json", lab=lab.root)
    assert told.returncode == 0, told.stderr
    states = {line["record"]: line["evidence"] for line in map(json.loads, told.stdout.splitlines())}
    assert states == {"000001": "released", "000002": "here", "000003": "here"}
    files = [str(lab.record(number)) for number in NUMBERS]
    told = tera("audit", *files[:1], lab=lab.root)
    assert (told.returncode, "stick-a" in told.stdout, "Traceback" in told.stderr) == (3, True, False)
    told = tera("record", "verify", files[0], lab=lab.root)
    assert (told.returncode, "tera retention return 000001" in told.stderr) == (3, True)
    assert tera("record", "verify", files[0].replace(".tera.json", ".pdf"), lab=lab.root).returncode == 0
    monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", PIN)
    by = ("--by", "siti", "--reason", "habis")
    told = tera("retention", "release", "000002", *by, lab=lab.root)
    assert told.returncode == 2  # today its ten years are not over
    assert "Traceback" not in told.stderr
    assert tera("retention", "release", "--before", "kemarin", *by, lab=lab.root).returncode == 2
    assert tera("retention", "return", "000001", lab=lab.root).returncode == 0
    assert tera("record", "verify", files[0], lab=lab.root).returncode == 0
    lab.evidence("000001").unlink()
    told = tera("retention", "show", "000001", lab=lab.root)
    assert (told.returncode, "✘ 000001" in told.stdout) == (1, True)
