"""What a command asks of a paper besides the record in it: is what is printed what the record gives?"""

from pathlib import Path

from results.approval.signatures import PaperSignature, signatures_of
from results.errors import IntegrityError
from results.naming import LARGEST_PAPER
from results.storage import read_whole
from results.verification import VerifiedRecord


def compared(
    file: Path, record: Path, verified: VerifiedRecord
) -> tuple[list[tuple[str, IntegrityError | None]], tuple[PaperSignature, ...]]:
    """Whether what is printed on a paper is what the record in it gives; and who signed it electronically.

    Args:
        file: the paper.
        record: the file of the record that was unpacked from it.
        verified: what is in that record.

    Returns:
        The parts that were checked, each with its fault: `paper`, or `open_paper` where another release may
        have printed it, so that its words cannot be compared here; and `approval` for each signature.
    """
    from bench.software import package_digests  # noqa: PLC0415 - only papers need it
    from results.paper import (  # noqa: PLC0415 - the typesetter is heavy
        is_its_paper,
        may_be_of_another_release,
        read_receipt_bytes,
        unsound,
    )

    paper = read_whole(file, most=LARGEST_PAPER)
    approvals = signatures_of(paper)
    checks = [
        (
            "approval",
            None if one.intact and one.covers_all else unsound(str(file), "a signature on it does not hold"),
        )
        for one in approvals
    ]
    if is_its_paper(paper, verified, read_receipt_bytes(record)):
        return [("paper", None), *checks], approvals
    if may_be_of_another_release(paper, verified, package_digests()):
        return [("open_paper", None), *checks], approvals
    fault = unsound(str(file), "what is printed on it is not what its record gives")
    return [("paper", fault), *checks], approvals
