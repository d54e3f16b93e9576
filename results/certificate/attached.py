"""What a paper carries inside: enough to check it and to derive its verdict again without this laboratory."""

from collections.abc import Sequence
from dataclasses import dataclass

from results.dcc.document import render_dcc
from results.naming import DCC_SUFFIX, EVIDENCE_SUFFIX, RECEIPT_SUFFIX, RECORD_SUFFIX
from results.number import file_stem
from results.verification import VerifiedRecord


@dataclass(frozen=True)
class Attached:
    """One file inside a PDF."""

    name: str
    about: tuple[str, str, str]
    """its relation to the paper in PDF/A-3's words, its media type, and what it is"""
    content: bytes


def attached(verified: VerifiedRecord, receipt: bytes) -> Sequence[Attached]:
    """The files of a paper, in order.

    Args:
        verified: the record.
        receipt: the registry's; empty while there is none.
    """
    stem = file_stem(verified.record.number)
    json = "application/json"
    found = [
        Attached(
            stem + RECORD_SUFFIX,
            ("source", json, "Catatan tersegel (DSSE) / sealed record"),
            verified.envelope,
        ),
        Attached(
            stem + EVIDENCE_SUFFIX,
            ("data", "application/x-hdf5", "Bukti mentah (HDF5) / raw evidence"),
            verified.evidence.content,
        ),
    ]
    if verified.record.verdict is not None:
        words = "Sertifikat digital (DCC) / digital certificate"
        found.append(
            Attached(stem + DCC_SUFFIX, ("alternative", "application/xml", words), render_dcc(verified))
        )
    if receipt:
        words = "Bukti pencatatan di register / receipt of the registry"
        found.append(Attached(stem + RECEIPT_SUFFIX, ("supplement", json, words), receipt))
    return found
