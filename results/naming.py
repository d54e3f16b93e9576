"""The names of a record's files: they lie in one folder and differ only in their suffix."""

from pathlib import Path
from typing import Final

RECORD_SUFFIX: Final = ".tera.json"
EVIDENCE_SUFFIX: Final = ".h5"
CERTIFICATE_SUFFIX: Final = ".pdf"
DCC_SUFFIX: Final = ".dcc.xml"
"""the digital certificate, which only a paper carries"""
RECEIPT_SUFFIX: Final = ".receipt.json"
APPROVED_SUFFIX: Final = ".ttd.pdf"
"""the paper with the electronic signatures of those who checked and approved"""
VALIDATION_SUFFIX: Final = ".validation.json"
"""a signed report that this installation was checked"""
BUNDLE_SUFFIX: Final = ".bundle.json"
"""the signed list of the files of an evidence bundle"""
LARGEST_RECORD: Final = 64_000_000
"""bytes of an envelope file; an amendment holds the one before it, with its evidence"""
LARGEST_EVIDENCE: Final = 400_000_000
LARGEST_RECEIPT: Final = 1_000_000
LARGEST_PAPER: Final = 600_000_000
"""a paper holds all of them"""
RECORD_FILES: Final = f"*{RECORD_SUFFIX}"


def beside(record: Path, suffix: str) -> Path:
    """The file of another kind that belongs to a record file.

    >>> beside(Path("000007.tera.json"), EVIDENCE_SUFFIX).name
    '000007.h5'
    """
    return record.with_name(record.name.removesuffix(RECORD_SUFFIX) + suffix)
