"""The paper that a record becomes: verification certificate (SKHP), notice of rejection, or a plain notice.

Made from a verified record alone; the same record gives the same bytes on any computer with the same release
of the program, because only the fonts inside typst are used and the date is the record's.
"""

import io
import json
import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

import segno
import typst

from results.certificate.content import certificate_content
from results.certificate.plot import error_plot
from results.errors import RecordError
from results.verification import VerifiedRecord

__all__ = ["render_certificate"]

_BEYOND_LATIN: Final = re.compile(r"[^ -\u017f\u2009\u2013\u2026\u2212\u2264]")
"""what the fonts at hand may lack; the exceptions are signs that `words` writes"""


def render_certificate(verified: VerifiedRecord) -> bytes:
    """Print a verified record as PDF/A-3, with the sealed record attached.

    A name in letters that no font at hand has is printed with their Unicode numbers; the attached record has
    the letters.

    Raises:
        RecordError: the text cannot be set.
    """
    content = certificate_content(verified)
    made = datetime.fromtimestamp(content["at"], UTC)
    content["date"] = [made.year, made.month, made.day]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    inputs = {
        "plot": error_plot(verified.record.points),
        "qr": _qr(content["address"]),
        "envelope": verified.envelope.decode(),
    }
    try:
        try:
            return _typeset({"content": text, **inputs}, made)
        except typst.TypstError:
            plain = _BEYOND_LATIN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
            return _typeset({"content": plain, **inputs}, made)
    except typst.TypstError as fault:
        raise RecordError(
            "certificate.typesetting",
            "The certificate of {number} cannot be set: {fault}.",
            "The record itself is sealed and safe; report this with the record's number.",
            number=verified.record.number,
            fault=str(fault),
        ) from fault


def _typeset(inputs: dict[str, str], made: datetime) -> bytes:
    template = files(__package__).joinpath("template.typ").read_bytes()
    return typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards="a-3a",
        timestamp=made,
        sys_inputs=inputs,
    )


def _qr(address: str) -> str:
    if not address:
        return ""
    drawn = io.BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
