"""What the registry gives for a record, and the check that makes it worth something.

A receipt is believed only after `verify_receipt`: the registry's word alone is no proof. The verification
address follows from the record's bytes, so the bench can print it before it has ever reached the registry.
"""

import base64
import hashlib
import re
from typing import Final, Literal

import msgspec

from results.errors import IntegrityError
from results.merkle import leaf_hash, verify_inclusion
from results.registry.checkpoint import Checkpoint, RegistryKey, open_note

TOKEN_LENGTH: Final = 26
"""base32 characters: 130 bits, not to be guessed and short enough to be typed"""
_BASE: Final = re.compile(r"https?://[0-9A-Za-z._:\[\]-]+(/[0-9A-Za-z._~-]+)*", re.ASCII)
"""an address that does nothing to a terminal and holds no name or password"""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The registry's answer to a record it has taken."""

    schema: Literal["tera-bench/receipt/1"] = "tera-bench/receipt/1"
    record_id: str
    leaf_index: int
    """place of the record in the log, from 0"""
    tree_size: int
    root_hash: str
    """hexadecimal"""
    inclusion_proof: tuple[str, ...]
    """hashes from the leaf to the root, hexadecimal (RFC 9162, 2.1.3)"""
    checkpoint: str
    """signed note over the tree of that size"""
    verification_address: str


class _Named(msgspec.Struct):
    """The fields of a record that bear on its receipt."""

    record_id: str
    registry: str = ""


def verification_token(payload: bytes) -> str:
    """The code printed on a certificate: the first 26 base32 characters of the record's SHA-256.

    >>> verification_token(b"{}")
    'IQJW7I2VWNTYUEKGVULPP2DET2'
    """
    return base64.b32encode(hashlib.sha256(payload).digest()).decode()[:TOKEN_LENGTH]


def verification_address(base: str, payload: bytes) -> str:
    """The address behind the QR code of a certificate.

    Args:
        base: the registry's public address, without a path: `https://registry.example`.
        payload: the exact bytes of the record.
    """
    return f"{base.rstrip('/')}/v/{verification_token(payload)}"


def is_public_address(base: str) -> bool:
    """Whether this can stand in a QR code: an http address without a name, a password, a query."""
    return _BASE.fullmatch(base.rstrip("/")) is not None


def verify_receipt(receipt: Receipt, payload: bytes, registry_key: RegistryKey) -> Checkpoint:
    """Check that the registry has committed itself to exactly these bytes.

    Args:
        receipt: what the registry answered.
        payload: the exact bytes of the record that was sent.
        registry_key: the key that this bench pins.

    Returns:
        The signed checkpoint that the receipt rests on.

    Raises:
        IntegrityError: signature, proof, root, record or address is not what it must be; the code says which.
    """
    checkpoint = open_note(receipt.checkpoint, registry_key)
    try:
        record_id = msgspec.json.decode(payload, type=_Named).record_id
        proof = [bytes.fromhex(digest) for digest in receipt.inclusion_proof]
    except (msgspec.DecodeError, ValueError):
        raise _mismatch("form") from None
    if receipt.record_id != record_id:
        raise _mismatch("record")
    if (receipt.tree_size, receipt.root_hash) != (checkpoint.size, checkpoint.root.hex()):
        raise _mismatch("root")
    if not verify_inclusion(leaf_hash(payload), receipt.leaf_index, checkpoint.size, proof, checkpoint.root):
        raise _mismatch("proof")
    base, _, token = receipt.verification_address.rpartition("/v/")
    if token != verification_token(payload) or not _BASE.fullmatch(base):
        raise _mismatch("address")
    return checkpoint


def with_own_address(receipt: Receipt, payload: bytes) -> Receipt:
    """The receipt with the address that its record names, where it names a registry.

    Nothing signs what a receipt says there, and a registry may have moved since the record was sealed: what
    is shown and kept is what stands in the QR code.

    Args:
        receipt: one that was verified.
        payload: the exact bytes of the record.
    """
    registry = msgspec.json.decode(payload, type=_Named).registry
    if not registry:
        return receipt
    return msgspec.structs.replace(receipt, verification_address=verification_address(registry, payload))


def _mismatch(part: str) -> IntegrityError:
    return IntegrityError(
        f"receipt.{part}",
        "The registry's receipt does not verify: its {part} does not belong to this record.",
        "The record is safe and stays in the outbox; keep this message and ask the registry's office.",
        part=part,
    )
