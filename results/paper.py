"""The paper of a record: kept beside it, completed with the registry's proof, and checked when it comes back.

The paper carries everything: the sealed record, its evidence, the digital certificate and, once there is one,
the registry's receipt. A stranger with the paper alone can check all of it and derive the verdict again.
"""

import contextlib
import hashlib
import io
import logging
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from results.approval.behind import only_signatures_behind
from results.certificate.rendering import render_certificate
from results.errors import IntegrityError
from results.naming import (
    CERTIFICATE_SUFFIX,
    DCC_SUFFIX,
    EVIDENCE_SUFFIX,
    LARGEST_EVIDENCE,
    LARGEST_RECEIPT,
    LARGEST_RECORD,
    RECEIPT_SUFFIX,
    RECORD_SUFFIX,
    beside,
)
from results.storage import plain_faults, read_whole, replace_file, write_once
from results.verification import VerifiedRecord

_END: Final = b"%%EOF"
_CARRIED: Final = {
    RECORD_SUFFIX: LARGEST_RECORD,
    EVIDENCE_SUFFIX: LARGEST_EVIDENCE,
    DCC_SUFFIX: LARGEST_RECORD,
    RECEIPT_SUFFIX: LARGEST_RECEIPT,
}
"""what a paper carries, each once, and how many bytes it may have"""
_NAME: Final = re.compile(
    rf"[0-9A-Za-z][0-9A-Za-z._-]{{0,80}}?({'|'.join(map(re.escape, _CARRIED))})", re.ASCII
)


def keep_paper(record: Path, verified: VerifiedRecord) -> Path | None:
    """Put the paper in its place, with the registry's receipt as soon as there is one.

    A paper that was printed before the receipt came is replaced by the one that carries it; nothing else on
    it differs. Any other paper that has the name is left alone.

    Args:
        record: the record's file.
        verified: what is in it.

    Returns:
        Where the paper was put beside the one that is there; None when it has its own name.

    Raises:
        RecordError: it cannot be set.
        StorageError: the disk refuses.
    """
    file = beside(record, CERTIFICATE_SUFFIX)
    receipt = read_receipt_bytes(record)
    content = render_certificate(verified, receipt)
    with plain_faults(file):
        there = file.read_bytes() if file.exists() else None
    if there is None:
        write_once(file, content)
    elif there != content:
        if not receipt or there != render_certificate(verified):
            other = file.with_name(f"{file.stem}.{hashlib.sha256(content).hexdigest()[:8]}{file.suffix}")
            write_once(other, content)
            return other
        replace_file(file, content)
    return None


def read_receipt_bytes(record: Path) -> bytes:
    """The receipt beside a record, unchecked; nothing when there is none.

    Raises:
        StorageError: the disk refuses.
    """
    file = beside(record, RECEIPT_SUFFIX)
    with plain_faults(file):
        there = file.exists()
    return read_whole(file, most=LARGEST_RECEIPT) if there else b""


def unpack(paper: bytes, folder: Path, *, called: str) -> Path:
    """Write what a paper carries into a folder.

    Args:
        paper: the PDF.
        folder: an empty folder of the caller's.
        called: its name, for messages.

    Returns:
        The file of the record; evidence and receipt lie beside it.

    Raises:
        IntegrityError: it is no PDF, or carries no record.
        StorageError: the disk refuses.
    """
    found = _attachments(paper, called)
    if RECORD_SUFFIX not in found:
        raise unsound(called, "it carries no sealed record")
    for name, content in found.values():
        write_once(folder / name, content)
    return folder / found[RECORD_SUFFIX][0]


def is_its_paper(paper: bytes, verified: VerifiedRecord, receipt: bytes) -> bool:
    """Say whether a paper is, byte for byte, the one that this release prints of a record.

    Signatures that were added afterwards stand behind the paper's own bytes and do not change them. Anything
    else behind them can replace what a reader shows, so such a paper is not the one that was printed.
    """
    plain = render_certificate(verified, receipt)
    return paper == plain or (paper.startswith(plain) and only_signatures_behind(paper, plain))


def has_only_signatures_behind(paper: bytes) -> bool:
    """Say the same of a paper that another release printed: of what stands behind where it first ended."""
    end = paper.find(_END) + len(_END)
    return end >= len(_END) and (not paper[end:].strip() or only_signatures_behind(paper, paper[:end]))


def may_be_of_another_release(paper: bytes, verified: VerifiedRecord, own: Mapping[str, str]) -> bool:
    """Say whether another release can have printed a paper of a record: then its bytes are not ours to judge.

    Args:
        paper: that is not as this release prints it.
        verified: the record.
        own: digests of this program's packages, under the names that a record gives them.
    """
    software = verified.record.software
    other = any(software.get(name) != digest for name, digest in own.items())
    return other and has_only_signatures_behind(paper)


def carries(paper: bytes, verified: VerifiedRecord) -> bool:
    """Say whether a paper carries exactly this record, with its evidence, and no other."""
    with contextlib.suppress(IntegrityError):
        found = {suffix: content for suffix, (_, content) in _attachments(paper, "").items()}
        return (found.get(RECORD_SUFFIX), found.get(EVIDENCE_SUFFIX)) == (
            verified.envelope,
            verified.evidence.content,
        )
    return False


def _attachments(paper: bytes, called: str) -> Mapping[str, tuple[str, bytes]]:
    """Name and content of each file in a paper, by its suffix; a stream is unpacked when its name is ours."""
    import pypdf  # noqa: PLC0415 - a tenth of every command's start, and one needs it
    from pypdf.errors import PyPdfError  # noqa: PLC0415 - with it

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells what is wrong; we say it in our words
    found: dict[str, tuple[str, bytes]] = {}
    # A damaged file can make the reader fail in any way; whatever it is, the paper cannot be read.
    with contextlib.suppress(
        PyPdfError,
        *(ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError),
        *(RuntimeError, MemoryError, OSError, zlib.error),
    ):
        for one in pypdf.PdfReader(io.BytesIO(paper)).attachment_list:
            name = _NAME.fullmatch(one.name)
            if name is None:
                raise unsound(called, "a file in it has a name that no paper of ours gives")
            if name[1] in found:  # as many names as one likes can share one packed stream
                raise unsound(called, "it carries a file twice")
            content = one.content
            if len(content) > _CARRIED[name[1]]:
                raise unsound(called, "a file in it is larger than any such file")
            found[name[1]] = (name[0], content)
        return found
    raise unsound(called, "it cannot be read as a PDF with attachments")


def unsound(called: str, why: str) -> IntegrityError:
    """A paper that does not hold."""
    return IntegrityError(
        "paper.unsound",
        "{path} is not sound: {why}.",
        "Ask for the record at the office, or look it up in the register with the code on the paper.",
        path=called,
        why=why,
    )
