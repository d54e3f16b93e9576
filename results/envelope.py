"""The signed envelope of a record: DSSE (https://github.com/secure-systems-lab/dsse), Ed25519, exact bytes.

What is signed is the payload's bytes together with its type, so that a training record can never be taken for
a record. Nothing is parsed before the signatures hold.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature

from results.errors import IntegrityError
from results.keys import Seal, verifier
from results.malformed import told_as
from results.record import RECORD_TYPE, TRAINING_RECORD_TYPE

_LARGEST_BYTES: Final = 64_000_000


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One signature; `sig` in base64."""

    keyid: str
    sig: str


class Envelope(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    dict=True,  # for the content, which every check asks for
):
    """A payload in base64 with its type and signatures, under the names that DSSE gives them."""

    payload: str
    payloadType: str  # noqa: N815 -- the name on the wire
    signatures: tuple[Signature, ...]

    @cached_property
    def content(self) -> bytes:
        """The exact bytes that were signed."""
        return _from_base64(self.payload, "payload")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the payload: the digest of the record."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def training(self) -> bool:
        """Whether it holds a training record."""
        return self.payloadType == TRAINING_RECORD_TYPE


def signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding of DSSE v1.

    >>> signed_bytes("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, *, training: bool, seals: Sequence[Seal]) -> Envelope:
    """Seal a record's bytes with each key, the bench's first."""
    return sign_as(TRAINING_RECORD_TYPE if training else RECORD_TYPE, payload, seals)


def sign_as(kind: str, payload: bytes, seals: Sequence[Seal]) -> Envelope:
    """Sign a payload of a type with each key."""
    message = signed_bytes(kind, payload)
    return Envelope(
        _to_base64(payload),
        kind,
        tuple(Signature(seal.keyid, _to_base64(seal.sign(message))) for seal in seals),
    )


def render(envelope: Envelope) -> bytes:
    """The bytes of an envelope file."""
    return msgspec.json.encode(envelope) + b"\n"


def parse(data: bytes, kinds: Collection[str] = (RECORD_TYPE, TRAINING_RECORD_TYPE)) -> Envelope:
    """Read an envelope file; nothing but the exact form that `render` gives is taken.

    Args:
        data: the file.
        kinds: the types of payload that are looked for.

    Raises:
        IntegrityError: not such a file, or a type of payload that is not known here.
    """
    if len(data) > _LARGEST_BYTES:
        raise _malformed("it is too large")
    with told_as(_malformed):
        envelope = msgspec.json.decode(data, type=Envelope)
    if render(envelope) != data:
        raise _malformed("it is not written in the exact form of an envelope")
    if envelope.payloadType not in kinds:
        raise _malformed(f"{envelope.payloadType!r} is not a kind of record")
    keyids = [signature.keyid for signature in envelope.signatures]
    if not keyids or len(set(keyids)) != len(keyids):
        raise _malformed("it needs one signature of each key, and at least one")
    _ = envelope.content
    for signature in envelope.signatures:
        _from_base64(signature.sig, "signature")
    return envelope


def verify(envelope: Envelope, keys: Mapping[str, bytes]) -> bytes:
    """Check every signature and give the payload.

    Args:
        envelope: as `parse` gives it.
        keys: the trusted public keys, raw 32 bytes, by key id.

    Raises:
        IntegrityError: a signature is of an unknown key or does not hold; the facts name the key.
    """
    message = signed_bytes(envelope.payloadType, envelope.content)
    for signature in envelope.signatures:
        key = keys.get(signature.keyid)
        if key is None or hashlib.sha256(key).hexdigest() != signature.keyid:
            raise IntegrityError(
                "envelope.unknown_key",
                "The record is signed with the key {keyid}, which is not among the trusted keys.",
                "Ask the office for the public key of that bench or officer, and compare it by telephone.",
                keyid=signature.keyid,
            )
        try:
            verifier(key).verify(_from_base64(signature.sig, "signature"), message)
        except InvalidSignature:
            raise IntegrityError(
                "envelope.signature",
                "The signature of key {keyid} does not fit the record: record or signature was changed.",
                "Use the copy from the backup or the register; keep this one as it is.",
                keyid=signature.keyid,
            ) from None
    return envelope.content


def _to_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _from_base64(text: str, part: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed(f"its {part} is not base64") from None
    if _to_base64(content) != text:
        raise _malformed(f"its {part} is base64 of another form")
    return content


def _malformed(why: str) -> IntegrityError:
    return IntegrityError(
        "envelope.malformed",
        "This is not a sound record file: {why}.",
        "Use the copy from the backup or the register; keep this one as it is.",
        why=why,
    )
