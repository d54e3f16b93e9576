"""A key of which nothing is left, not even its public half: nobody signs in its place in passing."""

import shutil
from functools import partial

import pytest

from bench.errors import LaboratoryError
from bench.key_history import check_not_gone, is_gone
from bench.laboratory import Folders
from results.journal import Journal
from results.keys import keyid_of, read_public, read_trusted_keys
from results.verification import verify_record
from tests.bench.signing_lab import PINS, made, noted, opened, person, typed
from tests.results.made_run import write_run


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The laboratory that the others are copies of."""
    return made(tmp_path_factory.mktemp("keys") / "lab")


@pytest.fixture
def lab(prepared, tmp_path):
    copy = tmp_path / "lab"
    shutil.copytree(prepared, copy)
    with Journal(Folders(copy).journal) as journal:
        write_run(journal, "run-2", end="concluded", officer_id="budi", start="2026-11-21T10:14:00+07:00")
    return copy


@pytest.fixture
def tera(lab):
    return partial(typed, lab)


def take_away(lab, stem):
    kept = {}
    for file in Folders(lab).keys.glob(f"{stem}.*"):
        kept[file] = file.read_bytes()
        file.unlink()
    return kept


GONE = {"officer-budi": ("budi", PINS["budi"]), "bench": ("bench", PINS["budi"])}


@pytest.mark.parametrize("stem", GONE)
def test_nothing_is_sealed_with_a_new_key_in_its_place(lab, tera, stem):
    kept = take_away(lab, stem)
    whose, pin = GONE[stem]
    refused = tera("seal", "run-2", pin=pin)
    assert refused.returncode != 0
    assert f"{stem}.pem" in refused.stderr
    assert f"tera key rotate {whose}" in refused.stderr
    assert not list(Folders(lab).keys.glob(f"{stem}.*"))
    for file, content in kept.items():
        file.write_bytes(content)
    assert tera("seal", "run-2", pin=pin).returncode == 0


def test_key_new_makes_none_in_its_place(lab, tera):
    take_away(lab, "officer-budi")
    assert tera("key", "new", "budi", pin="999999").returncode != 0
    assert not list(Folders(lab).keys.glob("officer-budi.*"))


WHO = {"its owner": ("budi", PINS["budi"]), "a colleague": ("joko", PINS["joko"])}


@pytest.mark.parametrize("case", WHO)
def test_only_a_kepala_replaces_it_and_the_trail_says_so(lab, tera, case):
    take_away(lab, "officer-budi")
    by, pin = WHO[case]
    rotate = partial(tera, "key", "rotate", "budi", "--reason", "both files lost")
    assert rotate("--by", by, pin=pin, new_pin="999999").returncode != 0
    assert not list(Folders(lab).keys.glob("officer-budi.*"))
    assert rotate("--by", "siti", pin=PINS["siti"], new_pin="999999").returncode == 0
    made_now = keyid_of(read_public(Folders(lab).keys / "officer-budi.pub"))
    assert noted(lab, "key_made")[-1]["key"] == made_now
    assert noted(lab, "key_rotated")[-1]["proved"] == "pin"
    assert opened(lab, "budi", "999999").keyid == made_now
    assert tera("seal", "run-2", pin="999999").returncode == 0
    keys = read_trusted_keys(Folders(lab).keys)
    files = sorted(Folders(lab).records.glob("*.tera.json"))
    assert [verify_record(file, keys).sound for file in files] == [False, True]  # the first's key is gone


def test_a_key_that_has_never_signed_is_made_at_its_first_use(lab):
    with Journal(Folders(lab).journal) as journal:
        take_away(lab, "officer-joko")
        assert not is_gone(Folders(lab), person(lab, "joko"), journal)
        check_not_gone(Folders(lab), person(lab, "joko"), journal)
        take_away(lab, "officer-budi")
        with pytest.raises(LaboratoryError, match="budi"):
            check_not_gone(Folders(lab), person(lab, "budi"), journal)


def test_a_key_that_was_made_and_has_not_signed_yet_is_not_made_again(lab, tera):
    take_away(lab, "officer-joko")
    assert tera("key", "new", "joko", pin="121212").returncode == 0
    take_away(lab, "officer-joko")
    assert tera("key", "new", "joko", pin="343434").returncode != 0
