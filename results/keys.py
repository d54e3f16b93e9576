"""Keys that seal: made on the computer where they are used, readable only by their user, never leaving it.

A person is a `Signer` in the record; what makes a signature is a `Seal`. A token or the state's certified
service can stand behind the same port later.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from results.errors import RecordError
from results.storage import plain_faults, read_whole, write_once

_PUBLIC_SIZE: Final = 32
_LARGEST_FILE: Final = 100_000
REVOKED_SUFFIX: Final = ".revoked"
RETIRED_SUFFIX: Final = ".retired"
_SALT_BYTES: Final = 16
_STRETCHED: Final = b"Argon2id v=19 m=65536 t=3 p=4 salt="
"""opens the file of a key whose PIN was stretched so; the salt follows in hexadecimal"""
_RAW: Final = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class Seal(Protocol):
    """Makes signatures with one key."""

    @property
    def keyid(self) -> str:
        """SHA-256 of the raw public key, hexadecimal."""

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of `message`, 64 bytes."""


@dataclass(frozen=True)
class TrustedKey:
    """A public key whose owner this laboratory, or whoever checks, vouches for."""

    public: bytes
    """raw, 32 bytes"""
    person: str = ""
    """the officer's id in the laboratory file; empty for a bench"""
    revoked: datetime | None = None
    """from when on nothing that it signed counts"""
    retired: datetime | None = None
    """when another key took its place: nothing counts that it signed of later tests"""


@lru_cache(maxsize=64)
def verifier(public: bytes) -> Ed25519PublicKey:
    """What checks the signatures of a raw public key; a year of records was signed by a few.

    Raises:
        ValueError: these bytes are no Ed25519 key.
    """
    return Ed25519PublicKey.from_public_bytes(public)


class FileKey:
    """A key in a PKCS#8 PEM file, with its public half in `<name>.pub` beside it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Hold a key that was read."""
        self._key = key
        self.public = key.public_key().public_bytes(*_RAW)
        self.keyid = keyid_of(self.public)

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of `message`."""
        return self._key.sign(message)

    @classmethod
    def open(cls, path: Path, *, pin: str = "") -> Self:
        """Read the key, or make it on first use.

        Args:
            path: the PEM file.
            pin: what the key is encrypted with; empty for a bench's own key.

        Raises:
            RecordError: wrong PIN, no Ed25519 key, or it is gone and its public half is not.
            StorageError: the disk refuses.
        """
        check_not_lost(path)
        with plain_faults(path):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                make_key(path, pin)
            pem = read_whole(path, most=_LARGEST_FILE)
        found = cls(_unlock(pem, pin, path))
        write_once(path.with_suffix(".pub"), found.public.hex().encode() + b"\n")
        return found


def is_lost(path: Path) -> bool:
    """Whether a key was made, as its public half says, and its file is gone."""
    with plain_faults(path):
        return path.with_suffix(".pub").exists() and not path.exists()


def check_not_lost(path: Path) -> None:
    """See to it that no new key is made where only the public half of another is left.

    Args:
        path: the PEM file.

    Raises:
        RecordError: it is gone; its public half stays what its records are checked with.
    """
    if is_lost(path):
        public = path.with_suffix(".pub")
        raise RecordError(
            "key.lost",
            "The key {path} is gone, and its public half {public} is there: no other was made in its place.",
            "Put it back from the backup, or replace it: tera key rotate {whose} --by ID. Leave {public} "
            "where it is: what the key signed is checked with it.",
            path=str(path),
            public=public.name,
            whose=path.stem.removeprefix("officer-"),
        )


def read_public(path: Path) -> bytes:
    """The public key in a `.pub` file, 32 bytes.

    Raises:
        RecordError: there is none in it.
    """
    try:
        public = bytes.fromhex(read_whole(path, most=_LARGEST_FILE).decode("ascii"))
    except ValueError:
        public = b""
    if len(public) != _PUBLIC_SIZE:
        raise _no_key(path, "it is not 64 hexadecimal digits")
    return public


def make_key(path: Path, pin: str) -> None:
    """Write a new key, whole or not at all; there is none of that name yet.

    Args:
        path: the PEM file.
        pin: what it is encrypted with; empty for a key without.

    Raises:
        StorageError: the disk refuses, or another stands there.
    """
    key = Ed25519PrivateKey.generate()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    if pin:
        salt = secrets.token_bytes(_SALT_BYTES)
        protection = serialization.BestAvailableEncryption(_stretched(pin, salt))
        # RFC 7468 allows explanatory text before the BEGIN line; every reader passes over it.
        pem = _STRETCHED + salt.hex().encode() + b"\n" + key.private_bytes(*form, protection)
    else:
        pem = key.private_bytes(*form, serialization.NoEncryption())
    write_once(path, pem, private=True)


def _stretched(pin: str, salt: bytes) -> bytes:
    """What a PIN encrypts with: Argon2id (RFC 9106, second recommended option), so that guessing costs."""
    guess = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=65_536)
    # The same letters typed on another computer may come in another form, or in no encoding at all.
    typed = unicodedata.normalize("NFC", pin).encode("utf-8", "surrogateescape")
    return guess.derive(typed).hex().encode()


def _password(pem: bytes, pin: str) -> bytes:
    first, _, _ = pem.partition(b"\n")
    if first.startswith(_STRETCHED):
        return _stretched(pin, bytes.fromhex(first.removeprefix(_STRETCHED).decode("ascii")))
    return pin.encode()  # a key of the first days


def _unlock(pem: bytes, pin: str, path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, _password(pem, pin) if pin else None)
    except TypeError:
        why = "it is not protected by a PIN" if pin else "it is protected by a PIN"
        raise _no_key(path, why) from None
    except (ValueError, UnsupportedAlgorithm):
        if b"ENCRYPTED" in pem:
            raise RecordError(
                "key.pin",
                "This PIN is wrong: it does not open the key {path}.",
                "Enter the PIN again; without it nobody can sign with this key.",
                path=str(path),
            ) from None
        raise _no_key(path, "it is damaged") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "it is a key of another kind")
    return key


def keyid_of(public: bytes) -> str:
    """Name a public key (raw, 32 bytes) by its SHA-256."""
    return hashlib.sha256(public).hexdigest()


def read_trusted_keys(folder: Path) -> Mapping[str, TrustedKey]:
    """The keys of a folder by key id: whose each is, its file name says.

    `bench.pub` is the bench's and `officer-<id>.pub` that person's; a key that was replaced stays trusted for
    what it signed under a name such as `bench@2025.pub`. A file of the same name that ends in `.revoked` or
    `.retired` says from when on it counts no more; of a key of several names the earliest counts. Any other
    file is nobody's key and is passed over.

    Raises:
        RecordError: a file with such a name holds no public key.
        StorageError: the folder cannot be read.
    """
    found, unusable = read_usable_keys(folder)
    if unusable:
        raise unusable[0]
    return found


def read_usable_keys(folder: Path) -> tuple[Mapping[str, TrustedKey], tuple[RecordError, ...]]:
    """The keys of a folder as `read_trusted_keys` gives them, and what is wrong with the files that are none.

    Only for whoever tells of those files: what they were to say, a revocation too, is not known.

    Raises:
        StorageError: the folder cannot be read.
    """
    found: dict[str, TrustedKey] = {}
    unusable: list[RecordError] = []
    with plain_faults(folder):
        files = sorted(folder.glob("*.pub"))
    for path in files:
        owner, _, person = path.stem.partition("@")[0].partition("-")
        if (owner, bool(person)) not in {("bench", False), ("officer", True)}:
            continue
        try:
            public = read_public(path)
            revoked, retired = (_since(path.with_suffix(end)) for end in (REVOKED_SUFFIX, RETIRED_SUFFIX))
        except RecordError as fault:
            unusable.append(fault)
            continue
        keyid = keyid_of(public)
        if (other := found.get(keyid)) is not None:
            revoked = _earlier(revoked, other.revoked)
            retired = _earlier(retired, other.retired)
        found[keyid] = TrustedKey(public, person, revoked, retired)
    return found, tuple(unusable)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _since(path: Path) -> datetime | None:
    """When a key was revoked or replaced: the first word of the file of that name, whatever follows."""
    with plain_faults(path):
        if not path.exists():
            return None
        words = path.read_text("utf-8", errors="replace").split()
    try:
        since = datetime.fromisoformat(words[0])
    except (ValueError, IndexError):
        raise _no_key(path, "it does not begin with a time such as 2026-11-21T10:00:00+07:00") from None
    if since.tzinfo is None:
        raise _no_key(path, "its time has no offset such as +07:00")
    return since


def _no_key(path: Path, why: str) -> RecordError:
    return RecordError(
        "key.unusable",
        "{path} cannot be used as a key: {why}.",
        "Restore the key from its backup, or register a new one at the office.",
        path=str(path),
        why=why,
    )
