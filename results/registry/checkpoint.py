"""A signed statement of the registry: so many records, this root, at this time.

Written as a signed note (C2SP `tlog-checkpoint` and `signed-note`, Ed25519), which other programs can read:

    registry.example/log
    3
    <root hash, base64>
    time 2026-11-21T02:14:07Z

    — registry.example/log <4 bytes of key id and 64 of signature, base64>

The `time` line is an extension line of that format; it dates the tree and thereby all that is in it.
"""

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import Final, Self

import msgspec
from cryptography.exceptions import InvalidSignature

from results.errors import DeliveryError, IntegrityError
from results.keys import FileKey, verifier
from results.merkle import HASH_BYTES

_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_PUBLIC_KEY_BYTES: Final = 32
_SIGNATURE: Final = re.compile(r"— (\S+) (\S+)")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_LONGEST: Final = 64_000
"""a note with many witnesses is a few kilobytes"""


class RegistryKey(msgspec.Struct, frozen=True):
    """Who signs checkpoints: the key that a bench pins."""

    origin: str
    """the log's name, without spaces or plus signs; part of every checkpoint"""
    public_key: bytes
    """32 bytes, Ed25519"""

    def __post_init__(self) -> None:
        """Refuse what could not be written in a note.

        Raises:
            ValueError: an origin with a space, a plus sign or nothing at all, or a key of another length.
        """
        if not re.fullmatch(r"[^\s+\x00-\x20]+", self.origin):
            raise ValueError(f"{self.origin!r} cannot name a log: no spaces, no plus signs")
        if len(self.public_key) != _PUBLIC_KEY_BYTES:
            raise ValueError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes that mark this key's signatures (C2SP signed-note, Signatures)."""
        seed = self.origin.encode() + b"\n" + _ED25519 + self.public_key
        return hashlib.sha256(seed).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """The form that stands in `laboratory.toml`: origin+key id+key."""
        key = base64.b64encode(_ED25519 + self.public_key).decode()
        return f"{self.origin}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form that `str` writes.

        Raises:
            DeliveryError: it is mistyped; the key id inside shows that.
        """
        try:
            origin, key_id, encoded = text.strip().split("+", 2)
            raw = _from_base64(encoded)
            key = cls(origin, raw[1:])
        except ValueError:
            raise _no_key(text) from None
        if raw[:1] != _ED25519 or key_id != key.key_id.hex():
            raise _no_key(text)
        return key


class Checkpoint(msgspec.Struct, frozen=True):
    """A tree of the log at one time."""

    origin: str
    size: int
    root: bytes
    at: datetime
    """UTC, whole seconds"""


def sign(checkpoint: Checkpoint, key: FileKey) -> str:
    """Write the checkpoint as a signed note."""
    signer = RegistryKey(checkpoint.origin, key.public)
    text = "\n".join(
        (
            checkpoint.origin,
            str(checkpoint.size),
            base64.b64encode(checkpoint.root).decode(),
            f"time {checkpoint.at.astimezone(UTC).strftime(_TIME)}",
            "",
        )
    )
    signature = base64.b64encode(signer.key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {checkpoint.origin} {signature}\n"


def named_in(note: str) -> str:
    """The name of the log that a note says it is of, unchecked."""
    return note.partition("\n")[0]


def open_note(note: str, key: RegistryKey) -> Checkpoint:
    """Check the signature of a note and read the checkpoint in it.

    Signatures of other keys (witnesses) are passed over.

    Raises:
        IntegrityError: no checkpoint of this log, or the signature does not hold.
    """
    text, separator, signatures = note.rpartition("\n\n")
    if len(note) > _LONGEST or not separator or not note.endswith("\n") or _CONTROL.search(note):
        raise _unreadable("it is no signed note")
    text += "\n"
    if not _signed(text, signatures, key):
        raise IntegrityError(
            "checkpoint.signature",
            "The checkpoint is not signed by the registry {origin}.",
            "Do not rely on this answer; compare the registry key in the laboratory file with the one "
            "that the registry's office published.",
            origin=key.origin,
        )
    try:
        origin, size, root, *extensions = text.removesuffix("\n").split("\n")
        digest = _from_base64(root)
        (at,) = (line.removeprefix("time ") for line in extensions if line.startswith("time "))
        time = datetime.strptime(at, _TIME).replace(tzinfo=UTC)
    except ValueError as mistake:
        raise _unreadable(str(mistake)) from None
    if origin != key.origin or not _SIZE.fullmatch(size) or len(digest) != HASH_BYTES:
        raise _unreadable("origin, size or root are not those of a checkpoint of this log")
    return Checkpoint(origin, int(size), digest, time)


def _signed(text: str, signatures: str, key: RegistryKey) -> bool:
    """Whether the key has signed; one signature of this key that does not hold spoils the note."""
    found = False
    for line in signatures.split("\n"):
        match = _SIGNATURE.fullmatch(line)
        if match is None or match[1] != key.origin:
            continue
        try:
            raw = _from_base64(match[2])
            if raw[:_KEY_ID_BYTES] != key.key_id:
                continue
            verifier(key.public_key).verify(raw[_KEY_ID_BYTES:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        found = True
    return found


def _from_base64(text: str) -> bytes:
    """Decode; only the one proper form is taken, so that no bit of a note can be changed unseen."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError("base64 of an improper form")
    return content


def _no_key(text: str) -> DeliveryError:
    return DeliveryError(
        "registry.key",
        "{text} is no registry key, or a character of it is wrong.",
        "Copy the line `key` from the registry's page /keys into the laboratory file.",
        text=repr(text.strip()),
    )


def _unreadable(mistake: str) -> IntegrityError:
    return IntegrityError(
        "checkpoint.form",
        "The registry's checkpoint cannot be read: {mistake}.",
        "Do not rely on this answer; ask the registry's office.",
        mistake=mistake,
    )
