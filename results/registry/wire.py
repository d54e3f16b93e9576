"""What both ends of the line agree on: the shapes of the answers, and a digest of the body.

Kept apart from the web server, so that a bench loads none.
"""

import base64
import hashlib
from typing import Final

import msgspec

from results.receipt import Receipt

ENVELOPE_TYPE: Final = "application/vnd.dsse.envelope.v1+json"
BATCH_TYPE: Final = "application/x-ndjson"
MOST_IN_A_BATCH: Final = 16
DIGEST_HEADER: Final = "Content-Digest"


class InclusionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Of `/proof/inclusion`."""

    leaf_index: int
    tree_size: int
    proof: tuple[str, ...]
    """hexadecimal"""


class ConsistencyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Of `/proof/consistency`."""

    first: int
    second: int
    proof: tuple[str, ...]
    """hexadecimal"""


class EnrolledKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that the registry knows, of `/keys`."""

    keyid: str
    retired: bool


class KeysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Of `/keys`."""

    enrolled: tuple[EnrolledKey, ...]


class RefusalAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Of everything that is refused; facts of the reason stand beside these fields."""

    code: str
    message: str
    remedy: str
    expected: int | None = None
    """the sequence number that must come next"""
    status: int = 0
    """of the answer that the record would have had by itself; in a batch, where there is one for all"""


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Of `/records/batch`: the records that were taken, in their order, up to the first that was not."""

    receipts: tuple[Receipt, ...]
    refused: RefusalAnswer | None = None
    """why the record after them was not taken; those behind it were not looked at"""


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` (RFC 9530): tells damage on the line from a wrong record."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
