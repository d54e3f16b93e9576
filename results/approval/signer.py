"""The port behind which a paper is signed: a key file, a token, or the state's signing service.

A signature stands behind the bytes of the paper and changes none of them; a signer that rewrites the paper is
refused. What it means is the person's act: `menguji`, `memeriksa` or `mengesahkan`.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from results.errors import RecordError

Meaning = Literal["menguji", "memeriksa", "mengesahkan"]


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a person declares by signing."""

    meaning: Meaning
    name: str
    place: str = ""


class PaperSigner(Protocol):
    """Puts one person's electronic signature behind a paper."""

    def sign(self, paper: bytes, act: Act) -> bytes:
        """Sign.

        Raises:
            RecordError: the key does not open, or the service refuses; the paper stays as it was.
        """


def approve(paper: bytes, signer: PaperSigner, act: Act) -> bytes:
    """Have a paper signed, and see to it that not a byte of it was changed.

    Raises:
        RecordError: it could not be signed, or the signer gave back another paper.
    """
    signed = signer.sign(paper, act)
    if len(signed) <= len(paper) or not signed.startswith(paper):
        raise rewritten()
    return signed


def rewritten() -> RecordError:
    """What came back is not the paper with one more signature behind it."""
    return RecordError(
        "approval.rewritten",
        "The signer gave back another paper than it was given; it is not used.",
        "Ask the signing service for signatures that are added to a document unseen (incremental, PAdES).",
    )


def refused(why: str) -> RecordError:
    """The signer does not sign."""
    return RecordError(
        "approval.refused",
        "The paper could not be signed: {why}.",
        "Correct that and sign again; record and paper are as they were.",
        why=why,
    )
