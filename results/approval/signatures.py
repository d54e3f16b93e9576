"""Reading the electronic signatures behind a paper: whose, what for, and whether the paper is as it was.

Whether a certificate's issuer is to be trusted is for whoever checks; it stays open here.
"""

import contextlib
import hashlib
import io
from dataclasses import dataclass
from typing import Any

from results.malformed import MISFITS


@dataclass(frozen=True, kw_only=True)
class PaperSignature:
    """One signature."""

    name: str
    """whom the certificate names"""
    meaning: str
    intact: bool
    """it is of this paper, and of this certificate"""
    covers_all: bool
    """nothing stands behind it but further signatures"""
    at: str = ""
    """when, by the signer's own clock, ISO 8601 with offset; empty where it does not say"""
    subject: str = ""
    """all that the certificate says of whom it names"""
    serial: str = ""
    """the `serialNumber` in that, which may be a NIP"""
    certificate: str = ""
    """SHA-256 of the certificate, hexadecimal"""


def signatures_of(paper: bytes) -> tuple[PaperSignature, ...]:
    """The signatures behind a paper, oldest first; none for a paper that nobody signed."""
    if b"/ByteRange" not in paper:
        return ()
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - heavy, and only for a signed paper
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    found: list[PaperSignature] = []
    # A made-up file can make the reader fail in any way; whatever it is, nothing can be read of it.
    with contextlib.suppress(PdfError, *MISFITS):
        found = [_read(each) for each in PdfFileReader(io.BytesIO(paper)).embedded_regular_signatures]
    # A marked signature that cannot be read is one that does not hold, never one that is not there.
    return tuple(found) or (PaperSignature(name="", meaning="", intact=False, covers_all=False),)


def _read(embedded: Any) -> PaperSignature:
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign.diff_analysis import ModificationLevel  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    certificate = embedded.signer_cert
    intact, covers_all = False, False
    with contextlib.suppress(PdfError, *MISFITS):
        context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        status = validate_pdf_signature(embedded, context)
        intact = bool(status.intact and status.valid)
        covers_all = (
            status.modification_level is not None
            and status.modification_level <= ModificationLevel.FORM_FILLING
        )
    at = embedded.self_reported_timestamp
    subject = certificate.subject.human_friendly
    said = certificate.subject.native
    return PaperSignature(
        name=_shown(said.get("common_name", subject)),
        meaning=_shown(embedded.sig_object.get("/Reason", "")),
        intact=intact,
        covers_all=covers_all,
        at=at.isoformat() if at is not None else "",
        subject=_shown(subject),
        serial=_shown(said.get("serial_number", "")),
        certificate=hashlib.sha256(certificate.dump()).hexdigest(),
    )


def _shown(said: Any) -> str:
    """What a stranger's file says, without letters that steer a screen; it may name more than one."""
    text = " + ".join(map(str, said)) if isinstance(said, list) else str(said)
    return "".join(letter for letter in text if letter.isprintable())
