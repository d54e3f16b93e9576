"""Keys of people are hard to guess at the bench, and only a laboratory's own keys are trusted."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from bench.errors import LaboratoryError
from bench.keyring import key_file, officer_key
from bench.laboratory import Folders
from bench.people import Person
from results.errors import RecordError
from results.keys import FileKey
from tests.bench.lab_bench import tera

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
BUDI = Person(id="budi", name="Budi Contoh", pin=True)


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path / "lab")


def sign_with(folders, pin, *, at=NOW):
    """One try; the file's time is that of the try, as the clock of the system would have it."""
    tries = folders.keys / "officer-budi.tries"
    try:
        return officer_key(folders, BUDI, pin, now=at)
    finally:
        if tries.exists():
            os.utime(tries, (at.timestamp(), at.timestamp()))


def refusal(folders, pin, *, at=NOW):
    with pytest.raises((LaboratoryError, RecordError)) as refused:
        sign_with(folders, pin, at=at)
    return refused.value.code


def test_a_key_without_a_pin_is_made_on_first_use(folders):
    person = Person(id="ani", name="Ani Contoh")
    assert officer_key(folders, person, "", now=NOW).keyid == officer_key(folders, person, "", now=NOW).keyid


@pytest.mark.parametrize("pin", ["1", "12345"])
def test_a_short_pin_makes_no_key(folders, pin):
    assert refusal(folders, pin) == "key.pin_short"
    assert not folders.keys.exists()


@pytest.mark.parametrize("pin", ["rahasia", "123 456", " 123456", "12345678901234567", "١٢٣٤٥٦"])
def test_a_pin_that_no_screen_could_take_makes_no_key(folders, pin):
    assert refusal(folders, pin) == "key.pin_form"
    assert not folders.keys.exists()


def test_no_pin_is_no_try(folders):
    sign_with(folders, "123456")
    for _ in range(9):
        assert refusal(folders, "") == "key.pin_missing"
    sign_with(folders, "123456")


def test_after_five_wrong_pins_not_even_the_right_one_opens_the_key(folders):
    sign_with(folders, "123456")
    for _ in range(5):
        assert refusal(folders, "654321") == "key.pin"
    assert refusal(folders, "123456") == "key.locked"
    assert refusal(folders, "123456", at=NOW + timedelta(minutes=14)) == "key.locked"


def test_the_lock_opens_after_a_quarter_of_an_hour_for_one_try(folders):
    sign_with(folders, "123456")
    for _ in range(5):
        refusal(folders, "654321")
    later = NOW + timedelta(minutes=16)
    assert refusal(folders, "654321", at=later) == "key.pin"
    assert refusal(folders, "123456", at=later) == "key.locked"
    sign_with(folders, "123456", at=later + timedelta(minutes=16))
    for _ in range(5):
        assert refusal(folders, "654321", at=later) == "key.pin"


def test_a_lock_of_a_day_to_come_lasts_a_quarter_of_an_hour_too(folders):
    sign_with(folders, "123456")
    ahead = NOW + timedelta(days=3650)
    for _ in range(5):
        refusal(folders, "654321", at=ahead)
    assert refusal(folders, "123456") == "key.locked"
    sign_with(folders, "123456", at=NOW + timedelta(minutes=16))


def test_a_pin_with_letters_opens_its_older_key_in_whatever_form_a_computer_types_it(folders):
    folders.make()
    FileKey.open(key_file(folders, BUDI), pin="caf\u00e9-12")  # as releases before made it
    sign_with(folders, "caf\u00e9-12")
    sign_with(folders, "cafe\u0301-12")
    assert refusal(folders, "cafe-12") == "key.pin"
    assert refusal(folders, "caf\udce9-12") == "key.pin"  # bytes of the environment that are no text


def test_the_right_pin_forgets_the_wrong_ones(folders):
    for _ in range(3):
        sign_with(folders, "123456")
        for _ in range(4):
            assert refusal(folders, "654321") == "key.pin"
    sign_with(folders, "123456")


@pytest.fixture
def lab(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    assert tera("run", "scales", "--uut", str(root / "orders/contoh.toml"), lab=root).returncode == 3
    assert tera("void", "000001", "--reason", "salah alat", lab=root).returncode == 0
    return root


def listed(lab):
    told = tera("key", "list", "--json", lab=lab)
    return {one["key"]: one for one in map(json.loads, told.stdout.splitlines())}


def verified(lab):
    return tera("record", "verify", str(Folders(lab).records / "000001.tera.json"), lab=lab).returncode


def test_what_a_replaced_key_signed_stays_valid_and_the_old_key_is_gone(lab):
    before = listed(lab)
    private = (Folders(lab).keys / "bench.pem").read_bytes()
    assert tera("key", "rotate", "bench", "--reason", "komputer baru", lab=lab).returncode == 0
    assert set(before) < set(listed(lab))
    assert verified(lab) == 0
    assert all(private != file.read_bytes() for file in Folders(lab).keys.iterdir())
    assert "komputer baru" in tera("audit-trail", "show", lab=lab).stdout


def test_a_revoked_key_counts_for_what_was_signed_before_only(lab):
    key = next(key for key, one in listed(lab).items() if one["whose"] == "bench")
    assert (
        tera("key", "revoke", key[:12], "--since", "2099-01-01", "--reason", "hilang", lab=lab).returncode
        == 0
    )
    assert verified(lab) == 0
    (Folders(lab).keys / "bench.revoked").write_text("2020-01-01T00:00:00+07:00 hilang\n")
    assert verified(lab) == 5
    assert listed(lab)[key]["revoked"].startswith("2020")


BAD = {
    "nobody": ("new", "nobody"),
    "no such key": ("revoke", "zz", "--reason", "x"),
    "all keys": ("revoke", "", "--reason", "x"),
    "no time": ("revoke", "a", "--since", "soon", "--reason", "x"),
    "a person without a key": ("rotate", "penera2", "--reason", "x"),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("case", BAD)
def test_a_mistake_at_the_keys_is_told_and_changes_nothing(lab, case):
    before = {file.name: file.read_bytes() for file in Folders(lab).keys.iterdir()}
    told = tera("key", *BAD[case], lab=lab)
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert {file.name: file.read_bytes() for file in Folders(lab).keys.iterdir()} == before
