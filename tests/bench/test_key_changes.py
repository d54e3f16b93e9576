"""Keys are replaced and revoked by whoever shows to be somebody of this laboratory, whole or not at all."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from bench.errors import LaboratoryError
from bench.key_changes import whoever_shows
from bench.key_history import retirement
from bench.keyring import bench_key
from bench.laboratory import Folders, load
from results import envelope as dsse
from results.backup import back_up, restore
from results.drill import examine
from results.entry import BENCH
from results.errors import IntegrityError, RecordError
from results.journal import Journal
from results.key_rotation import keep_for_what_it_signed, prepare
from results.key_trail import never_seen
from results.keys import FileKey, keyid_of, read_public, read_trusted_keys
from results.statement import ValidationReport, read_statement, state
from results.verification import load_record
from tests.bench.forked import CAN_FORK, ENVIRONMENT, completed
from tests.bench.signing_lab import PEOPLE, PINS, made, noted, opened, person, sealed, typed
from tests.results.made_run import write_run

pytestmark = pytest.mark.timeout(300)
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The laboratory that the others are copies of."""
    return made(tmp_path_factory.mktemp("keys") / "lab")


@pytest.fixture
def lab(prepared, tmp_path):
    copy = tmp_path / "lab"
    shutil.copytree(prepared, copy)
    return copy


@pytest.fixture
def tera(lab):
    return partial(typed, lab)


def on_disk(root):
    return {file.name: file.read_bytes() for file in Folders(root).keys.iterdir()}


def rotated(tera, whose="budi", *options, pin=PINS["budi"], new_pin="999999"):
    return tera("key", "rotate", whose, "--reason", "PIN terlihat", *options, pin=pin, new_pin=new_pin)


def revoked(tera, lab, stem, *options, pin=None):
    keyid = keyid_of(read_public(Folders(lab).keys / f"{stem}.pub"))
    return tera("key", "revoke", keyid, "--reason", "laptop hilang", *options, pin=pin)


STRANGERS = {
    "nobody's PIN, for a person": ("budi", (), None),
    "the PIN that the thief would like": ("budi", (), "555555"),
    "a wrong PIN, for the kepala": ("siti", (), "555555"),
    "a colleague's own PIN": ("budi", ("--by", "joko"), PINS["joko"]),
    "a penera's PIN, for the kepala": ("siti", ("--by", "budi"), PINS["budi"]),
    "the kepala's name without the PIN": ("budi", ("--by", "siti"), "555555"),
    "nobody's PIN, for the bench": ("bench", (), None),
    "a wrong PIN, for the bench": ("bench", (), "555555"),
    "a name that is nobody's": ("bench", ("--by", "nobody"), PINS["budi"]),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_nobody_replaces_a_key_without_a_pin_of_those_who_may(lab, tera, case):
    whose, options, pin = STRANGERS[case]
    before = {name: data for name, data in on_disk(lab).items() if not name.endswith(".tries")}
    told = rotated(tera, whose, *options, pin=pin)
    assert (told.returncode, "Traceback" in told.stderr) == (2, False)
    assert {name: data for name, data in on_disk(lab).items() if not name.endswith(".tries")} == before
    assert noted(lab, "key_rotated") == []


def test_a_pin_taken_out_of_the_laboratory_file_is_asked_for_all_the_same(lab, tera):
    (lab / "laboratory.toml").write_text(PEOPLE.replace("pin = true\n", ""), "utf-8")
    before = on_disk(lab)
    for whose in ("budi", "bench"):
        assert rotated(tera, whose, pin=None).returncode == 2
    assert revoked(tera, lab, "bench", "--since", "2020-01-01").returncode == 2
    assert on_disk(lab) == before


def test_a_key_file_that_was_put_away_makes_nobody_a_person_without_a_pin(lab, tera):
    (lab / "laboratory.toml").write_text(PEOPLE.replace("pin = true\n", ""), "utf-8")
    keys = Folders(lab).keys
    for who in ("budi", "siti"):
        (keys / f"officer-{who}.pem").unlink()
    before = on_disk(lab)
    for whose, options in (("bench", ()), ("siti", ()), ("budi", ("--by", "siti"))):
        told = rotated(tera, whose, *options, pin=None)
        assert (told.returncode, "officer-siti.pem is gone" in told.stderr) == (2, True)
    assert on_disk(lab) == before


def test_a_kepala_makes_a_new_key_for_whoever_lost_the_file_of_the_old_one(lab, tera):
    (Folders(lab).keys / "officer-budi.pem").unlink()
    with pytest.raises(RecordError, match="is gone"):
        opened(lab, "budi", "999999")
    assert rotated(tera, "budi", "--by", "siti", pin=PINS["siti"]).returncode == 0
    assert opened(lab, "budi", "999999")
    assert tera("record", "verify", "000001").returncode == 0


def test_a_pin_taken_out_of_the_laboratory_file_is_told_as_a_change_of_that_person(lab, tera):
    assert tera("key", "new", "bench").returncode == 0  # the first that is noted here
    head, _, rest = PEOPLE.rpartition("pin = true\n")
    (lab / "laboratory.toml").write_text(head + rest, "utf-8")
    assert tera("key", "new", "bench").returncode == 0
    changed = {one["what"]: (one["old"], one["new"]) for one in noted(lab, "changed")}
    assert changed["person siti"] == ("kepala; PIN", "kepala")


@pytest.mark.parametrize(
    ("whose", "options", "by"),
    [("budi", (), "budi"), ("budi", ("--by", "siti"), "siti"), ("bench", (), "siti"),
     ("bench", ("--by", "joko"), "joko")],
)  # fmt: skip
def test_the_trail_names_who_has_shown_to_replace_a_key(lab, tera, whose, options, by):
    assert rotated(tera, whose, *options, pin=PINS[by]).returncode == 0
    (told,) = noted(lab, "key_rotated")
    assert (told["whose"], told["by"], told["proved"]) == (whose, by, "pin")
    assert noted(lab, "key_made")[0]["by"] == by


def test_a_kepala_frees_whoever_has_forgotten_and_tried_too_often(lab, tera):
    for _ in range(6):
        rotated(tera, pin="000000")
    assert "locked" in rotated(tera).stderr
    assert rotated(tera, "budi", "--by", "siti", pin=PINS["siti"]).returncode == 0
    assert opened(lab, "budi", "999999")
    assert [(one["person"], one["code"]) for one in noted(lab, "key_refused")[4:6]] == [
        ("budi", "key.pin"),
        ("budi", "key.locked"),
    ]


def test_whoever_has_any_pin_here_revokes_at_once_and_is_named_with_what_it_costs(lab, tera):
    assert revoked(tera, lab, "bench", "--since", "2020-01-01").returncode == 2
    assert revoked(tera, lab, "bench", "--since", "2020-01-01", pin="555555").returncode == 2
    assert not (Folders(lab).keys / "bench.revoked").exists()
    told = revoked(tera, lab, "bench", "--since", "2020-01-01", "--by", "joko", pin=PINS["joko"])
    assert (told.returncode, "1 records here" in told.stderr, "000001" in told.stderr) == (0, True, True)
    (note,) = noted(lab, "key_revoked")
    assert (note["by"], note["proved"], note["records"]) == ("joko", "pin", 1)
    assert note["since"].startswith("2020-01-01")


def test_a_revocation_from_after_the_last_test_takes_no_record_along(lab, tera):
    told = revoked(tera, lab, "officer-budi", "--since", "2199-01-01", pin=PINS["siti"])
    assert (told.returncode, told.stderr) == (0, "")
    assert noted(lab, "key_revoked")[0]["records"] == 0


@pytest.mark.parametrize("since", ["2026-01-01", "2030-01-01"])
def test_a_key_that_is_revoked_already_is_not_noted_again_from_later_on(lab, tera, since):
    assert revoked(tera, lab, "bench", "--since", "2026-01-01", pin=PINS["siti"]).returncode == 0
    before = on_disk(lab)
    told = revoked(tera, lab, "bench", "--since", since, pin=PINS["siti"])
    assert (told.returncode, "revoked since 2026-01-01" in told.stderr) == (2, True)
    assert (on_disk(lab), len(noted(lab, "key_revoked"))) == (before, 1)


def test_where_nobody_has_a_pin_it_stays_possible_and_is_said_to_be_unproved(lab, tera):
    for who in PINS:
        for suffix in (".pem", ".pub"):
            (Folders(lab).keys / f"officer-{who}{suffix}").unlink()
    assert rotated(tera, "bench", pin=None).returncode == 0
    assert revoked(tera, lab, "bench", "--by", "joko").returncode == 0
    told = [(one["by"], one["proved"]) for what in ("key_rotated", "key_revoked") for one in noted(lab, what)]
    assert told == [("budi", "named"), ("joko", "named")]


def test_a_revoked_key_shows_nobody_and_makes_no_successor(lab, tera):
    assert revoked(tera, lab, "officer-siti", "--by", "joko", pin=PINS["joko"]).returncode == 0
    before = on_disk(lab)
    for whose, options in (("joko", ("--by", "siti")), ("siti", ("--by", "siti")), ("siti", ()),
                           ("siti", ("--by", "joko")), ("bench", ("--by", "siti"))):  # fmt: skip
        pin = PINS["joko"] if "joko" in options else PINS["siti"]
        assert rotated(tera, whose, *options, pin=pin).returncode == 2
    assert on_disk(lab) == before
    told = tera("retention", "release", "000001", "--by", "siti", "--reason", "x", pin=PINS["siti"])
    assert (told.returncode, "is revoked" in told.stderr) == (2, True)
    assert noted(lab, "key_refused")[-1]["code"] == "key.revoked"


def test_another_kepala_replaces_the_revoked_key_of_a_kepala(lab, tera):
    head = 'Joko Contoh"\nroles = ["penera", "kepala"]'
    (lab / "laboratory.toml").write_text(PEOPLE.replace('Joko Contoh"', head), "utf-8")
    assert revoked(tera, lab, "officer-siti", "--by", "budi", pin=PINS["budi"]).returncode == 0
    assert rotated(tera, "siti", pin=PINS["joko"]).returncode == 0
    assert noted(lab, "key_rotated")[0]["by"] == "joko"
    assert rotated(tera, "budi", "--by", "siti", pin="999999").returncode == 0


def test_where_every_key_is_revoked_a_new_one_is_made_and_said_to_be_unproved(lab, tera):
    for who in ("budi", "siti", "joko"):
        assert revoked(tera, lab, f"officer-{who}", "--by", "joko", pin=PINS["joko"]).returncode == 0
    assert rotated(tera, "siti", "--by", "siti", pin=None).returncode == 0
    assert [one["proved"] for one in noted(lab, "key_rotated")] == ["named"]


def test_a_role_written_into_the_file_for_a_minute_makes_nobody_kepala(lab, tera):
    assert tera("key", "new", "bench").returncode == 0  # the first that is noted here
    before = on_disk(lab)
    head = 'Joko Contoh"\nroles = ["penera", "kepala"]'
    (lab / "laboratory.toml").write_text(PEOPLE.replace('Joko Contoh"', head), "utf-8")
    assert rotated(tera, "siti", "--by", "joko", pin=PINS["joko"]).returncode == 2
    assert tera("key", "new", "bench").returncode == 0  # notes the changed file
    assert rotated(tera, "siti", "--by", "joko", pin=PINS["joko"]).returncode == 2
    assert {name: on_disk(lab)[name] for name in before} == before

    laboratory, folders = load(lab), Folders(lab)
    joko, siti = person(lab, "joko"), person(lab, "siti")
    with Journal(folders.journal, read_only=True) as journal:
        shows = partial(whoever_shows, laboratory, folders, journal, "joko", siti)
        with pytest.raises(LaboratoryError, match="may not change"):
            shows(now=datetime.now(UTC) + timedelta(hours=23))
        assert shows(now=datetime.now(UTC) + timedelta(hours=25)) == joko


def strangers(lab):
    """The keys that `tera audit-trail verify` says nobody has seen."""
    keys = read_trusted_keys(Folders(lab).keys)
    with Journal(Folders(lab).journal, read_only=True) as journal:
        found = never_seen(keys, journal, journal.entries(BENCH), Folders(lab).records)
    return {keys[keyid].person for keyid in found}


@pytest.mark.parametrize("whose", ["joko", "bench"])
def test_a_key_that_was_replaced_before_it_sealed_anything_is_known(lab, tera, whose):
    for file in Folders(lab).records.iterdir():
        file.unlink()  # else what it sealed shows it
    assert strangers(lab) == {"", "budi", "joko", "siti"}
    assert rotated(tera, whose, "--by", "joko", pin=PINS["joko"]).returncode == 0
    assert strangers(lab) == {"", "budi", "joko", "siti"} - {whose.replace("bench", "")}


def test_a_strangers_public_half_is_not_known_because_a_kepala_replaced_it(lab, tera, tmp_path):
    FileKey.open(tmp_path / "officer-joko.pem")
    shutil.copy(tmp_path / "officer-joko.pub", Folders(lab).keys)
    assert rotated(tera, "joko", "--by", "siti", pin=PINS["siti"]).returncode == 0
    assert "joko" in strangers(lab)


REFUSED = {"too short": "12", "none": None, "empty": ""}


@pytest.mark.parametrize("new_pin", REFUSED.values(), ids=REFUSED)
def test_a_replacement_that_is_refused_leaves_the_old_key(lab, tera, new_pin):
    before = on_disk(lab)
    told = rotated(tera, new_pin=new_pin)
    assert (told.returncode, "Traceback" in told.stderr) == (2, False)
    assert on_disk(lab) == before
    assert noted(lab, "key_rotated") == []


def test_a_replaced_key_opens_with_its_new_pin_only_and_what_the_old_one_signed_stays_valid(lab, tera):
    old = opened(lab, "budi", PINS["budi"]).keyid
    assert rotated(tera).returncode == 0
    assert opened(lab, "budi", "999999").keyid != old
    with pytest.raises(RecordError):
        opened(lab, "budi", PINS["budi"])
    assert tera("record", "verify", "000001").returncode == 0


@pytest.mark.skipif(not CAN_FORK, reason="SIGKILL")
def test_a_power_cut_at_any_step_of_a_replacement_leaves_the_old_key_or_the_new_one(
    lab, tmp_path, monkeypatch
):
    monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", PINS["siti"])
    step = 0
    while True:
        step += 1
        root = tmp_path / "cut"
        shutil.copytree(lab, root)
        words = ("key", "rotate", "bench", "--reason", "x", "--lab", str(root))
        told = completed([str(HERE / "killed_rotation.py"), str(step), *words])
        old = keyid_of(read_public(Folders(lab).keys / "bench.pub"))
        new = bench_key(Folders(root)).keyid
        keys = read_trusted_keys(Folders(root).keys)
        assert {old, new} <= keys.keys()
        assert keys[new].retired is None
        assert (keys[old].retired is None) == (old == new)
        assert load_record(Folders(root).records / "000001.tera.json", keys)
        assert bench_key(Folders(root)).keyid == new
        shutil.rmtree(root)
        if told.returncode == 0:
            break
        assert told.returncode == -9, told.stderr
    assert step == int(told.stdout.splitlines()[-1]) + 1
    assert step > 12


def test_a_replacement_cut_off_keeps_what_the_new_pin_was_and_is_ended_at_the_next_use(lab):
    folders = Folders(lab)
    prepare(folders.keys, "officer-budi", "999999")
    assert opened(lab, "budi", PINS["budi"])  # not decided yet
    at = datetime.now(UTC)
    keep_for_what_it_signed(folders.keys, "officer-budi", at, taken=False)
    with pytest.raises(RecordError):
        opened(lab, "budi", PINS["budi"])
    assert opened(lab, "budi", "999999")
    assert load_record(folders.records / "000001.tera.json", read_trusted_keys(folders.keys))


def test_a_replacement_cut_off_before_it_was_decided_is_in_the_way_of_no_later_one(lab, tera):
    prepare(Folders(lab).keys, "officer-budi", "888888")
    assert rotated(tera).returncode == 0
    assert opened(lab, "budi", "999999")


def test_a_kepala_replaces_a_key_whose_replacement_was_cut_off_after_it_was_decided(lab, tera):
    folders = Folders(lab)
    prepare(folders.keys, "officer-budi", "888888")
    keep_for_what_it_signed(folders.keys, "officer-budi", datetime.now(UTC), taken=False)
    assert rotated(tera, "budi", "--by", "siti", pin=PINS["siti"]).returncode == 0
    assert opened(lab, "budi", "999999")
    assert load_record(folders.records / "000001.tera.json", read_trusted_keys(folders.keys))


@pytest.mark.parametrize("change", ["rotate", "revoke"])
def test_a_reason_that_no_paper_can_show_changes_nothing(lab, tera, change):
    key = keyid_of(read_public(Folders(lab).keys / "bench.pub"))
    before = on_disk(lab)
    words = ("key", change, "bench" if change == "rotate" else key, "--reason", "bad\udcff")
    told = tera(*words, pin=PINS["siti"])
    assert (told.returncode, "U+DCFF" in told.stderr) == (2, True)
    assert on_disk(lab) == before


def copied_key(lab, tmp_path, name, pin=""):
    """A private key as it lies in a backup of before."""
    folder = tmp_path / "thief"
    folder.mkdir(exist_ok=True)
    shutil.copy(Folders(lab).keys / f"{name}.pem", folder)
    return FileKey.open(folder / f"{name}.pem", pin=pin)


def ended_tomorrow(lab):
    """A run that ends after all that happens in this test, and after the run that is there."""
    with Journal(Folders(lab).journal) as journal:
        newest = datetime.fromisoformat(journal.runs()[-1].ended_at)
        start = (max(newest, datetime.now(UTC)) + timedelta(days=1)).isoformat()
        write_run(journal, "run-2", end="concluded", officer_id="budi", start=start)


@pytest.mark.parametrize("whose", ["budi", "bench"])
def test_nothing_counts_that_a_replaced_key_signs_of_a_later_test(lab, tera, tmp_path, whose):
    """The old private key lies in every backup of before."""
    stolen = copied_key(lab, tmp_path, "bench"), copied_key(lab, tmp_path, "officer-budi", PINS["budi"])
    assert rotated(tera, whose, "--by", "siti", pin=PINS["siti"]).returncode == 0
    ended_tomorrow(lab)
    with pytest.raises(IntegrityError, match="was replaced before"):
        sealed(lab, "run-2", stolen)
    told = tera("record", "verify", "000002")
    assert (told.returncode, "was replaced before" in told.stdout + told.stderr) == (5, True)
    assert tera("record", "verify", "000001").returncode == 0


def test_a_test_of_before_is_sealed_with_the_new_key_and_one_signed_before_with_the_old(lab, tera):
    with Journal(Folders(lab).journal) as journal:
        for name in ("run-2", "run-3"):
            write_run(journal, name, end="concluded", officer_id="budi")
    sealed(lab, "run-2")
    assert rotated(tera).returncode == 0
    new = opened(lab, "budi", "999999")
    assert sealed(lab, "run-3", (bench_key(Folders(lab)), new)).verified
    again = sealed(lab, "run-2", (bench_key(Folders(lab)), new)).verified
    assert new.keyid not in again.signed_by


def test_a_key_ends_after_every_test_so_far_though_a_clock_was_ahead(lab):
    ended_tomorrow(lab)
    now = datetime.now(UTC)
    with Journal(Folders(lab).journal, read_only=True) as journal:
        last = datetime.fromisoformat(journal.runs()[-1].ended_at)
        assert retirement(journal, now) > last > now
        later = last + timedelta(days=1)
        assert retirement(journal, later) == later


def test_a_key_that_was_replaced_by_an_older_release_keeps_counting(lab, tera):
    assert rotated(tera).returncode == 0
    (mark,) = Folders(lab).keys.glob("officer-budi@*.retired")
    mark.unlink()
    old = keyid_of(read_public(mark.with_suffix(".pub")))
    assert read_trusted_keys(Folders(lab).keys)[old].retired is None


def test_a_replaced_key_whose_mark_was_taken_away_is_named_and_can_be_revoked_from_then_on(
    lab, tera, tmp_path
):
    for who, pin in PINS.items():
        assert tera("key", "new", who, pin=pin).returncode == 0
    assert rotated(tera).returncode == 0
    assert tera("audit-trail", "verify").returncode == 0
    (mark,) = Folders(lab).keys.glob("officer-budi@*.retired")
    old, since = keyid_of(read_public(mark.with_suffix(".pub"))), noted(lab, "key_rotated")[0]["since"]
    mark.unlink()
    told = tera("audit-trail", "verify")
    assert (told.returncode, old[:16] in told.stderr, since in told.stderr) == (5, True, True)
    back_up(lab, tmp_path / "backup", at=datetime.now(UTC).isoformat())
    found = examine(tmp_path / "restored", restore(tmp_path / "backup", tmp_path / "restored"))
    assert any(old[:16] in fault for fault in found.faults)
    words = ("key", "revoke", old[:16], "--since", since, "--reason", "berkas hilang")
    assert tera(*words, pin=PINS["siti"]).returncode == 0
    assert tera("audit-trail", "verify").returncode == 0


def test_a_key_under_a_second_name_stays_replaced_and_can_be_revoked(lab, tera):
    assert rotated(tera).returncode == 0
    (kept,) = Folders(lab).keys.glob("officer-budi@*.pub")
    old = keyid_of(read_public(kept))
    retired = read_trusted_keys(Folders(lab).keys)[old].retired
    shutil.copy(kept, kept.with_name("officer-budi@z.pub"))
    shutil.copy(kept, kept.with_name("officer-budi@0.pub"))
    assert read_trusted_keys(Folders(lab).keys)[old].retired == retired
    assert retired is not None
    assert tera("key", "revoke", old, "--reason", "x", pin=PINS["siti"]).returncode == 0
    assert read_trusted_keys(Folders(lab).keys)[old].revoked is not None


def test_a_backup_carries_when_a_key_was_replaced(lab, tera, tmp_path):
    assert rotated(tera).returncode == 0
    back_up(lab, tmp_path / "backup", at=datetime.now(UTC).isoformat())
    restore(tmp_path / "backup", tmp_path / "restored")
    before, after = (read_trusted_keys(Folders(root).keys) for root in (lab, tmp_path / "restored"))
    assert [key.retired for key in after.values()] == [key.retired for key in before.values()]
    assert [key.retired is not None for key in after.values()].count(True) == 1
    told = [json.loads(line) for line in tera("key", "list", "--json").stdout.splitlines()]
    assert [line["whose"] for line in told if line["replaced"]] == ["budi"]


def test_a_statement_of_later_that_a_replaced_key_signed_does_not_count(lab, tera, tmp_path):
    stolen = copied_key(lab, tmp_path, "bench")
    assert rotated(tera, "bench", pin=PINS["siti"]).returncode == 0
    keys = read_trusted_keys(Folders(lab).keys)
    report = ValidationReport(
        bench="BENCH-02", office="x", at="2020-01-01T00:00:00+07:00", by="budi", software={},
        procedures={}, rules={}, drivers={}, parts=(), valid=True, journal_head="0" * 64,
    )  # fmt: skip
    later = msgspec.structs.replace(report, at="2199-01-01T00:00:00+07:00")
    for one, why in ((report, "does not follow"), (later, "was replaced before")):
        with pytest.raises(IntegrityError, match=why):
            read_statement(dsse.render(state(one, stolen)), ValidationReport, keys)


def test_there_is_nothing_to_replace_where_no_key_is(lab, tera):
    for suffix in (".pem", ".pub"):
        (Folders(lab).keys / f"officer-joko{suffix}").unlink()
    told = rotated(tera, "joko", pin=PINS["joko"])
    assert (told.returncode, "no key officer-joko" in told.stderr) == (2, True)
    assert not (Folders(lab).keys / "officer-joko.pem").exists()


@pytest.mark.parametrize("whose", ["budi", "bench"])
def test_a_revoked_key_is_not_offered_as_a_new_one(lab, tera, whose):
    stem = "bench" if whose == "bench" else f"officer-{whose}"
    assert revoked(tera, lab, stem, "--by", "siti", pin=PINS["siti"]).returncode == 0
    before = on_disk(lab)
    told = tera("key", "new", whose, pin=PINS["budi"])
    assert (told.returncode, f"tera key rotate {whose}" in told.stderr, told.stdout) == (2, True, "")
    assert on_disk(lab) == before
    (Folders(lab).keys / f"{stem}.pub").unlink()
    assert tera("key", "new", whose, pin=PINS.get(whose, "")).returncode == 2
    assert rotated(tera, whose, "--by", "siti", pin=PINS["siti"]).returncode == 0
    again = tera("key", "new", whose, pin="999999")
    assert (again.returncode, "was there already" in again.stdout) == (0, True), again.stderr


def test_the_list_of_keys_tells_the_time_at_the_office(lab, tera):
    keyid = keyid_of(read_public(Folders(lab).keys / "officer-budi.pub"))
    since = "2026-11-21T20:30:00+00:00"
    made = tera(
        "key", "revoke", keyid, "--reason", "hilang", "--since", since, "--by", "siti", pin=PINS["siti"]
    )
    assert made.returncode == 0, made.stderr
    (line,) = (one for one in tera("key", "list").stdout.splitlines() if "budi" in one)
    assert line.endswith("22-11-2026 03:30 WIB")


@pytest.mark.parametrize("whose", ["budi", "bench"])
def test_no_key_is_made_where_another_was_lost_and_it_can_be_replaced(lab, tera, whose):
    private = Folders(lab).keys / ("bench.pem" if whose == "bench" else f"officer-{whose}.pem")
    private.unlink()
    before = on_disk(lab)
    told = tera("key", "new", whose, pin="777777")
    assert (told.returncode, f"tera key rotate {whose}" in told.stderr) == (2, True)
    assert on_disk(lab) == before
    assert rotated(tera, whose, "--by", "siti", pin=PINS["siti"]).returncode == 0
    assert private.exists()
    assert load_record(Folders(lab).records / "000001.tera.json", read_trusted_keys(Folders(lab).keys))


def test_the_words_of_a_refusal_name_what_is_missing(lab, tera):
    with pytest.raises(LaboratoryError):
        opened(lab, "budi", "")
    assert "TERA_NEW_PIN" in rotated(tera, new_pin=None).stderr


def test_a_revoked_key_signs_nothing_more_and_what_was_measured_waits_for_the_new_one(tmp_path):
    root = made(tmp_path / "lab")
    lost = keyid_of(read_public(Folders(root).keys / "officer-budi.pub"))
    assert typed(root, "key", "revoke", lost, "--reason", "hilang", pin=PINS["siti"]).returncode == 0
    with Journal(Folders(root).journal) as journal:
        write_run(journal, "run-2", end="concluded", officer_id="budi")
    told = typed(root, "seal", "run-2", pin=PINS["budi"])
    assert (told.returncode, "was revoked" in told.stderr) == (2, True)
    told = typed(root, "amend", "000001", "--serial", "A-9", "--reason", "salah ketik", pin=PINS["budi"])
    assert told.returncode == 2
    assert not list(Folders(root).records.glob("000002*"))
    done = typed(
        root, "key", "rotate", "budi", "--by", "siti", "--reason", "x", pin=PINS["siti"], new_pin="777777"
    )
    assert done.returncode == 0, done.stderr
    with Journal(Folders(root).journal) as journal:
        assert len(journal.run_list) == 2


def test_a_reason_that_no_paper_can_show_closes_no_run(tmp_path):
    root = made(tmp_path / "lab")
    with Journal(Folders(root).journal) as journal:
        write_run(journal, "run-2", end="open", officer_id="budi")
    told = typed(root, "void", "run-2", "--reason", "\x1b[2Jx", pin=PINS["budi"])
    assert (told.returncode, "U+001B" in told.stderr) == (2, True)
    with Journal(Folders(root).journal, read_only=True) as journal:
        assert journal.run_list.named("run-2").state == "open"
    told = typed(root, "audit-trail", "clock", "--by", "siti", "--reason", "x\udcff", pin=PINS["siti"])
    assert (told.returncode, "U+DCFF" in told.stderr) == (2, True)
