"""The signed note of the log: what it says, who signed it, and every way in which it can be wrong."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from results.errors import DeliveryError, IntegrityError
from results.keys import FileKey
from results.registry.checkpoint import Checkpoint, RegistryKey, open_note, sign

ORIGIN = "registry.example/log"
SIGNER = FileKey(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
KEY = RegistryKey(ORIGIN, SIGNER.public)
TREE = Checkpoint(ORIGIN, 3, b"\x07" * 32, datetime(2026, 11, 21, 2, 14, 7, tzinfo=UTC))
NOTE = sign(TREE, SIGNER)


def test_a_note_reads_back_as_what_was_signed():
    assert open_note(NOTE, KEY) == TREE


def test_a_note_has_the_lines_of_a_tlog_checkpoint():
    origin, size, root, time, empty, signature, end = NOTE.split("\n")
    assert (origin, size, time, empty, end) == (ORIGIN, "3", "time 2026-11-21T02:14:07Z", "", "")
    assert base64.b64decode(root) == TREE.root
    assert signature.startswith(f"— {ORIGIN} ")
    assert len(base64.b64decode(signature.split(" ")[2])) == 4 + 64


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_a_note_with_any_flipped_bit_is_refused(bit):
    raw = bytearray(NOTE.encode())
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises((IntegrityError, UnicodeDecodeError)):
        open_note(raw.decode(), KEY)


def signed_text(text):
    signature = base64.b64encode(KEY.key_id + SIGNER.sign(text.encode())).decode()
    return f"{text}\n— {ORIGIN} {signature}\n"


ROOT = base64.b64encode(TREE.root).decode()
TIME = "time 2026-11-21T02:14:07Z"
WRONG = {
    "nothing at all": "",
    "no signature": "registry.example/log\n3\n",
    "signed by another key": sign(TREE, FileKey(Ed25519PrivateKey.generate())),
    "a checkpoint of another log": signed_text(f"other.example/log\n3\n{ROOT}\n{TIME}\n"),
    "a size with a leading zero": signed_text(f"{ORIGIN}\n03\n{ROOT}\n{TIME}\n"),
    "a negative size": signed_text(f"{ORIGIN}\n-3\n{ROOT}\n{TIME}\n"),
    "a short root": signed_text(f"{ORIGIN}\n3\nAAAA\n{TIME}\n"),
    "a root that is no base64": signed_text(f"{ORIGIN}\n3\n***\n{TIME}\n"),
    "no time": signed_text(f"{ORIGIN}\n3\n{ROOT}\n"),
    "two times": signed_text(f"{ORIGIN}\n3\n{ROOT}\n{TIME}\n{TIME}\n"),
    "a time that is none": signed_text(f"{ORIGIN}\n3\n{ROOT}\ntime yesterday\n"),
    "too few lines": signed_text(f"{ORIGIN}\n3\n"),
    "endless": NOTE + f"— {ORIGIN} AAAA\n" * 10_000,
}


@pytest.mark.parametrize("note", WRONG.values(), ids=WRONG)
def test_a_wrong_note_is_refused(note):
    with pytest.raises(IntegrityError):
        open_note(note, KEY)


def test_signatures_of_witnesses_are_passed_over():
    witness = "— witness.example AAAAAAAA\n"
    text, signatures = NOTE.split("\n\n")
    assert open_note(f"{text}\n\n{witness}{signatures}", KEY) == TREE


def test_a_second_signature_of_this_key_that_does_not_hold_spoils_the_note():
    bad = base64.b64encode(KEY.key_id + b"\0" * 64).decode()
    with pytest.raises(IntegrityError):
        open_note(f"{NOTE}— {ORIGIN} {bad}\n", KEY)


@given(st.binary(min_size=32, max_size=32), st.from_regex(r"[a-z./-]{1,20}", fullmatch=True))
def test_a_key_reads_back_from_its_text(raw, origin):
    key = RegistryKey(origin, raw)
    assert RegistryKey.parse(f" {key}\n") == key


MISTYPED = {
    "nothing": "",
    "no plus signs": "registry.example/log",
    "another key id": str(KEY).replace(KEY.key_id.hex(), "00000000"),
    "a letter of the name wrong": str(KEY).replace("registry", "registri"),
    "a letter of the key wrong": str(KEY)[:-6] + "AAAAA=",
    "a short key": f"{ORIGIN}+{KEY.key_id.hex()}+AQID",
}


@pytest.mark.parametrize("text", MISTYPED.values(), ids=MISTYPED)
def test_a_mistyped_key_is_refused_with_a_remedy(text):
    with pytest.raises(DeliveryError, match="Copy the line"):
        RegistryKey.parse(text)


# Examples in the documentation of Go's golang.org/x/mod/sumdb/note, where this form of keys and notes began.
PUBLISHED_KEYS = (
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
)
PUBLISHED_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PUBLISHED_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.mark.parametrize("text", PUBLISHED_KEYS)
def test_published_keys_are_read_and_written_alike(text):
    assert str(RegistryKey.parse(text)) == text


def test_the_signature_of_a_published_note_holds_and_its_text_is_no_checkpoint():
    key = RegistryKey.parse(PUBLISHED_KEYS[0])
    with pytest.raises(IntegrityError) as found:
        open_note(f"{PUBLISHED_TEXT}\n{PUBLISHED_SIGNATURE}", key)
    assert found.value.code == "checkpoint.form"
    with pytest.raises(IntegrityError) as found:
        open_note(f"{PUBLISHED_TEXT}!\n\n{PUBLISHED_SIGNATURE}", key)
    assert found.value.code == "checkpoint.signature"
