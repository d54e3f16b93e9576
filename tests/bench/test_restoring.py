"""A restored bench knows which of its keys were revoked since, or says that nobody could be asked."""

import asyncio
import json
import shutil
import signal
from pathlib import Path

import pytest

from bench.laboratory import Folders, load
from bench.restoring import later_entries, revoked_later, settle
from bench.trail import Trail
from drivers.clock import SystemClock
from results.backup import back_up, restore
from results.drill import examine
from results.entry import BENCH, CONFIGURATION, Noted
from results.errors import DeliveryError
from results.journal import Journal
from results.keys import keyid_of, read_public, read_trusted_keys
from results.revocation import forgotten
from tests.bench.forked import ENVIRONMENT, completed
from tests.bench.kept_lab import OVER, PIN, KeptLab
from tests.bench.lab_bench import tera
from tests.extent import EVERY
from tests.results.made_run import write_run

pytestmark = pytest.mark.timeout(300)
SINCE = "2026-12-01T08:00:00+07:00"


@pytest.fixture(autouse=True)
def _siti_types(monkeypatch):
    """Whoever changes a key shows the PIN."""
    monkeypatch.setitem(ENVIRONMENT, "TERA_PIN", PIN)


@pytest.fixture
def lab(tmp_path):
    one = KeptLab(tmp_path)
    one.make()
    back_up(one.root, tmp_path / "old", at=OVER.isoformat())
    return one


def bench_key_of(lab):
    return keyid_of(read_public(lab.folders.keys / "bench.pub"))


def revoked(lab, keyid):
    line = ("key", "revoke", keyid, "--since", SINCE, "--reason", "laptop hilang")
    assert tera(*line, lab=lab.root).returncode == 0


def settled(lab, asked, entries=()):
    target = lab.top / "restored"
    manifest = restore(lab.top / "old", target)

    async def retired(_url):
        if isinstance(asked, Exception):
            raise asked
        return frozenset(asked)

    learned = asyncio.run(
        settle(target, lab.top / "old", manifest, list(entries), clock=SystemClock(), retired=retired)
    )
    with Journal(Folders(target).journal, read_only=True) as journal:
        journal.verify()
        entries = [kept.entry for kept in journal.entries(BENCH)]
        notes = [one for one in entries if isinstance(one, Noted)]
        notes = [one for one in notes if one.what not in {CONFIGURATION, "key_made"}]  # before the backup
    return learned, notes, read_trusted_keys(Folders(target).keys)


def test_a_key_revoked_after_the_backup_is_revoked_again_where_the_later_journal_is_at_hand(lab):
    keyid = bench_key_of(lab)
    revoked(lab, keyid)
    entries = later_entries(lab.root, restore(lab.top / "old", lab.top / "looked-at"))
    assert revoked_later(lab.top / "looked-at", entries) == (keyid,)
    learned, notes, keys = settled(lab, (), entries)
    assert learned.revoked == (keyid,)
    assert keys[keyid].revoked.isoformat() == SINCE
    assert [note.what for note in notes] == ["restored", "key_revoked", *["key_replaced"] * 2]


def test_a_key_that_the_register_has_retired_is_named_and_noted_and_a_person_decides(lab):
    keyid = bench_key_of(lab)
    learned, notes, keys = settled(lab, {keyid, "ab" * 32})
    assert (learned.retired, learned.unasked) == ((keyid,), None)
    assert notes[0].facts["retired"] == [keyid]
    assert keys[keyid].revoked is None


def test_a_register_that_does_not_answer_is_told_and_noted(lab):
    learned, notes, _ = settled(lab, DeliveryError("registry.down", "It is down.", "Wait."))
    assert (learned.unasked.code, notes[0].facts["unasked"]) == ("registry.down", "registry.down")


def test_another_benchs_journal_says_nothing_about_this_backup(lab, tmp_path):
    other = KeptLab(tmp_path / "other")
    with Journal(other.folders.journal) as journal:
        journal.append(BENCH, Noted(what="seated"), at=SINCE, elapsed=1.0)
    other.make()
    revoked(other, bench_key_of(other))
    assert later_entries(other.root, restore(lab.top / "old", lab.top / "restored")) == []


def test_a_revocation_whose_file_was_taken_away_is_found_by_trail_and_drill(lab):
    keyid = bench_key_of(lab)
    revoked(lab, keyid[:12])
    assert tera("audit-trail", "verify", lab=lab.root).returncode == 0
    (lab.folders.keys / "bench.revoked").unlink()
    told = tera("audit-trail", "verify", lab=lab.root)
    assert (told.returncode, keyid[:16] in told.stderr) == (5, True)
    back_up(lab.root, lab.top / "later", at=OVER.isoformat())
    found = examine(lab.top / "scratch", restore(lab.top / "later", lab.top / "scratch"))
    assert any(keyid[:16] in fault for fault in found.faults)


def test_a_later_date_in_the_file_than_in_the_trail_is_found(lab):
    revoked(lab, bench_key_of(lab))
    (lab.folders.keys / "bench.revoked").write_text("2099-01-01T00:00:00+07:00 nanti", "utf-8")
    assert tera("audit-trail", "verify", lab=lab.root).returncode == 5


def test_digits_that_name_no_key_or_several_revoke_none(lab):
    with Journal(lab.folders.journal) as journal:
        trail = Trail.of(load(lab.root), journal, SystemClock())
        for digits in ("", "zz"):
            trail.note("key_revoked", key=digits, since=SINCE, reason="x")
        assert forgotten(read_trusted_keys(lab.folders.keys), journal.entries(BENCH)) == {}


def test_a_revoked_key_stays_revoked_when_it_is_replaced_and_the_new_one_is_good(lab):
    """The order in which it happens: the laptop is stolen, the key revoked, and then replaced."""
    keyid = bench_key_of(lab)
    revoked(lab, keyid)
    assert tera("key", "rotate", "bench", "--reason", "laptop baru", lab=lab.root).returncode == 0
    keys = read_trusted_keys(lab.folders.keys)
    assert keys[keyid].revoked.isoformat() == SINCE
    assert keys[bench_key_of(lab)].revoked is None
    assert bench_key_of(lab) != keyid
    assert tera("audit-trail", "verify", lab=lab.root).returncode == 0


def test_the_command_says_loudly_what_the_backup_did_not_know(lab):
    keyid = bench_key_of(lab)
    revoked(lab, keyid)
    told = tera("restore", str(lab.top / "old"), "--drill", "--json", lab=lab.root)
    assert (told.returncode, json.loads(told.stdout)["revoked_later"]) == (0, [keyid])
    assert keyid[:16] in told.stderr
    told = tera("restore", str(lab.top / "old"), "--into", str(lab.top / "new"), lab=lab.root)
    assert "Traceback" not in told.stderr
    assert keyid[:16] in told.stderr
    assert [file.name.partition("@")[0] for file in (lab.top / "new/data/keys").glob("*.revoked")] == [
        "bench"
    ]
    shutil.rmtree(lab.top / "new")
    told = tera("restore", str(lab.top / "old"), "--into", str(lab.top / "new"), lab=lab.top / "nowhere")
    assert keyid[:16] not in told.stderr  # nobody at hand knows, and the register is not there
    assert "register" in told.stderr


def test_a_key_replaced_after_the_backup_counts_no_more_where_the_later_journal_is_at_hand(lab):
    keyid = bench_key_of(lab)
    siti = keyid_of(read_public(lab.folders.keys / "officer-siti.pub"))
    for whose in ("siti", "bench"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(ENVIRONMENT, "TERA_NEW_PIN", "999999")
            patch.setitem(ENVIRONMENT, "TERA_PIN", PIN if whose == "siti" else "999999")
            assert tera("key", "rotate", whose, "--reason", "x", lab=lab.root).returncode == 0
    ends = {key: read_trusted_keys(lab.folders.keys)[key].retired for key in (keyid, siti)}
    told = tera("restore", str(lab.top / "old"), "--drill", "--json", lab=lab.root)
    assert set(json.loads(told.stdout)["replaced_later"]) == {keyid, siti}
    new = lab.top / "new"
    told = tera("restore", str(lab.top / "old"), "--into", str(new), lab=lab.root)
    assert all(key[:16] in told.stderr for key in ends)
    assert {key: read_trusted_keys(Folders(new).keys)[key].retired for key in ends} == ends
    record = str(new / "data/records/000001.tera.json")
    assert tera("record", "verify", record, lab=new).returncode == 0
    rotate = ("key", "rotate", "siti", "--reason", "baru")
    with pytest.MonkeyPatch.context() as patch:  # with the PIN of then, which opens the key of then
        patch.setitem(ENVIRONMENT, "TERA_NEW_PIN", "888888")
        assert tera(*rotate, lab=new).returncode == 0
    keys = read_trusted_keys(Folders(new).keys)
    assert {key: keys[key].retired for key in ends} == ends
    fresh = keys[keyid_of(read_public(Folders(new).keys / "officer-siti.pub"))]
    assert (fresh.person, fresh.retired) == ("siti", None)
    assert tera("audit-trail", "verify", lab=new).returncode == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only on systems with SIGKILL")
def test_a_restore_that_is_killed_at_any_step_leaves_no_bench_or_one_that_knows(lab):
    keyid = bench_key_of(lab)
    revoked(lab, keyid)
    place, room = lab.top / "new", lab.top / "new.part"

    def restored(step):
        words = [str(lab.top / "old"), str(place), str(step), str(lab.root)]
        return completed([str(Path(__file__).with_name("killed_restore.py")), *words])

    whole = restored(0)
    assert whole.returncode == 0, whole.stderr
    steps = int(whole.stdout.split()[-1])
    left: list[bool] = []
    for step in (*range(1, steps - 1, 1 if EVERY else steps // 4), steps - 1, steps):
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(room, ignore_errors=True)
        assert restored(step).returncode == -signal.SIGKILL
        assert not place.exists()
        left.append(room.exists())
    assert left == sorted(left)  # once it is there, it stays
    assert left[-1]
    told = restored(0)
    assert (told.returncode, str(room) in told.stderr, place.exists()) == (3, True, False)
    shutil.rmtree(room)
    place.mkdir()  # an empty one is taken
    assert restored(0).returncode == 0
    assert read_trusted_keys(Folders(place).keys)[keyid].revoked.isoformat() == SINCE
    assert not room.exists()


def test_what_cannot_be_settled_is_not_put_in_place(lab):
    """A laboratory file with a mistake, as the backup has it: its trail cannot be written on."""
    (lab.root / "laboratory.toml").write_text("[bench]\n", "utf-8")
    back_up(lab.root, lab.top / "later", at=OVER.isoformat())
    told = tera("restore", str(lab.top / "later"), "--into", str(lab.top / "new"), lab=lab.top / "nowhere")
    assert (told.returncode, (lab.top / "new").exists()) == (3, False)
    assert str(lab.top / "new.part") in told.stderr


def test_a_restored_bench_makes_a_new_key_and_trusts_the_old_one_for_what_it_signed(lab):
    """The private key without a PIN stayed on the lost computer."""
    settled(lab, ())
    restored = lab.top / "restored"
    record = str(restored / "data/records/000001.tera.json")
    assert tera("record", "verify", record, lab=restored).returncode == 0
    assert tera("key", "new", "bench", lab=restored).returncode == 0
    assert tera("record", "verify", record, lab=restored).returncode == 0
    assert tera("audit-trail", "verify", lab=restored).returncode == 0


def test_a_revocation_that_was_lost_is_said_again_as_the_remedy_says_also_after_a_later_one(lab):
    keyid = bench_key_of(lab)
    revoked(lab, keyid)
    (lab.folders.keys / "bench.revoked").unlink()
    assert tera("key", "revoke", keyid, "--reason", "lagi", lab=lab.root).returncode == 0  # from now on only
    line = ("key", "revoke", keyid, "--since", "2026-11-21T12:00:00+07:00", "--reason", "lagi")
    assert tera(*line, lab=lab.root).returncode == 0
    assert tera("audit-trail", "verify", lab=lab.root).returncode == 0
    line = ("key", "revoke", keyid, "--since", "2099-01-01", "--reason", "nanti")
    assert tera(*line, lab=lab.root).returncode != 0
    assert read_trusted_keys(lab.folders.keys)[keyid].revoked.isoformat() == "2026-11-21T12:00:00+07:00"


def test_a_restored_bench_signs_nothing_with_a_key_that_the_backup_left_for_what_it_had_signed(lab):
    """Somebody finds the old computer's key and lays it into the new folder."""
    settled(lab, ())
    restored = lab.top / "restored"
    for whose in ("bench", "officer-budi"):
        shutil.copy(lab.folders.keys / f"{whose}.pem", Folders(restored).keys / f"{whose}.pem")
    with Journal(Folders(restored).journal) as journal:
        write_run(journal, "run-9", end="concluded", officer_id="budi")
    ended = {
        key: told.retired for key, told in read_trusted_keys(Folders(restored).keys).items() if told.retired
    }
    assert len(ended) == 2
    for whose in ("bench", "budi"):
        told = tera("seal", "run-9", "--lang", "en", lab=restored)
        assert (told.returncode, "Traceback" in told.stderr) == (2, False)
        assert f"tera key rotate {whose}" in told.stderr
        assert not list(Folders(restored).records.glob("000004*"))
        assert tera("key", "rotate", whose, "--reason", "lama", "--by", "siti", lab=restored).returncode == 0
    assert tera("seal", "run-9", lab=restored).returncode == 0
    record = str(Folders(restored).records / "000004.tera.json")
    assert tera("record", "verify", record, lab=restored).returncode == 0
    assert tera("record", "verify", "000001", lab=restored).returncode == 0
    keys = read_trusted_keys(Folders(restored).keys)
    assert {key: keys[key].retired for key in ended} == ended  # and not from the second time on
