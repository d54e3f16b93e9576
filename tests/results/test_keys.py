"""Keys: made once, private to their user, opened with the right PIN only."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from results.errors import RecordError, StorageError
from results.keys import FileKey, TrustedKey, keyid_of, read_trusted_keys


@pytest.mark.parametrize("pin", ["", "123456", "kata sandi °"])
def test_a_key_is_made_once_and_stays_the_same(tmp_path: Path, pin: str):
    path = tmp_path / "keys" / "a.pem"
    first, again = FileKey.open(path, pin=pin), FileKey.open(path, pin=pin)
    assert first.keyid == again.keyid == keyid_of(first.public)
    assert first.sign(b"x") == again.sign(b"x")


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX has a file such a mode")
def test_only_its_user_can_read_a_key(tmp_path: Path):
    FileKey.open(tmp_path / "a.pem")
    assert stat.S_IMODE((tmp_path / "a.pem").stat().st_mode) == 0o600


PINS = {
    "wrong": ("123456", "654321", "key.pin"),
    "left out": ("123456", "", "key.unusable"),
    "given where none is": ("", "123456", "key.unusable"),
}


@pytest.mark.parametrize(("made", "tried", "code"), PINS.values(), ids=PINS.keys())
def test_the_wrong_pin_opens_nothing(tmp_path: Path, made: str, tried: str, code: str):
    FileKey.open(tmp_path / "a.pem", pin=made)
    before = (tmp_path / "a.pem").read_bytes()
    with pytest.raises(RecordError) as refused:
        FileKey.open(tmp_path / "a.pem", pin=tried)
    assert refused.value.code == code
    assert (tmp_path / "a.pem").read_bytes() == before


def test_the_pin_is_not_in_the_file_and_the_key_is_encrypted(tmp_path: Path):
    FileKey.open(tmp_path / "a.pem", pin="123456")
    content = (tmp_path / "a.pem").read_bytes()
    assert content.partition(b"\n")[2].startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert b"123456" not in content


def test_a_pin_is_stretched_with_argon2id_and_a_salt_of_its_own(tmp_path: Path):
    heads = []
    for name in ("a.pem", "b.pem"):
        FileKey.open(tmp_path / name, pin="123456")
        heads.append((tmp_path / name).read_bytes().splitlines()[0])
    assert all(head.startswith(b"Argon2id v=19 m=65536 t=3 p=4 salt=") for head in heads)
    assert heads[0] != heads[1]
    with pytest.raises(ValueError, match="password"):
        serialization.load_pem_private_key((tmp_path / "a.pem").read_bytes(), b"123456")


def test_a_key_of_the_first_days_still_opens_with_its_pin(tmp_path: Path):
    protection = serialization.BestAvailableEncryption(b"123456")
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (tmp_path / "a.pem").write_bytes(Ed25519PrivateKey.generate().private_bytes(*form, protection))
    assert FileKey.open(tmp_path / "a.pem", pin="123456").keyid


def test_a_damaged_key_is_told_plainly(tmp_path: Path):
    (tmp_path / "a.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\nrubbish\n-----END PRIVATE KEY-----\n")
    with pytest.raises(RecordError, match="damaged"):
        FileKey.open(tmp_path / "a.pem")


def test_a_key_of_another_kind_is_refused(tmp_path: Path):
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "a.pem").write_bytes(pem)
    with pytest.raises(RecordError, match="another kind"):
        FileKey.open(tmp_path / "a.pem")


def test_a_lost_public_half_is_written_again(tmp_path: Path):
    FileKey.open(tmp_path / "a.pem")
    public = (tmp_path / "a.pub").read_bytes()
    (tmp_path / "a.pub").unlink()
    FileKey.open(tmp_path / "a.pem")
    assert (tmp_path / "a.pub").read_bytes() == public


OWNERS = {
    "the bench's": ("bench.pem", ""),
    "the bench's before": ("bench@2025.pem", ""),
    "an officer's": ("officer-budi.pem", "budi"),
    "an officer's before": ("officer-budi@2025.pem", "budi"),
    "an officer's with a hyphen": ("officer-budi-2.pem", "budi-2"),
}


@pytest.mark.parametrize(("name", "person"), OWNERS.values(), ids=OWNERS)
def test_whose_key_it_is_stands_in_the_file_name(tmp_path: Path, name: str, person: str):
    key = FileKey.open(tmp_path / name)
    assert read_trusted_keys(tmp_path) == {key.keyid: TrustedKey(key.public, person)}


@pytest.mark.parametrize("name", ["a.pem", "bench-2.pem", "officer.pem", "officer-.pem", "registry.pem"])
def test_a_key_that_is_nobodys_is_not_trusted(tmp_path: Path, name: str):
    FileKey.open(tmp_path / name)
    assert read_trusted_keys(tmp_path) == {}


def test_a_public_half_of_another_key_is_noticed(tmp_path: Path):
    FileKey.open(tmp_path / "a.pem")
    (tmp_path / "a.pub").write_text("00" * 32 + "\n")
    with pytest.raises(StorageError):
        FileKey.open(tmp_path / "a.pem")


@pytest.mark.parametrize("text", ["", "zz", "00" * 31])
def test_a_file_that_is_no_public_key_is_named(tmp_path: Path, text: str):
    (tmp_path / "bench.pub").write_text(text)
    with pytest.raises(RecordError, match=r"bench\.pub"):
        read_trusted_keys(tmp_path)
