"""The paper that a record becomes: verification certificate (SKHP), notice of rejection, or a plain notice.

Made from a verified record alone; the same record gives the same bytes on any computer with the same release
of the program, because only the fonts inside typst are used and the date is the record's.
"""

import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import segno
import typst

from results.certificate.attached import Attached, attached
from results.certificate.content import certificate_content
from results.certificate.plot import error_plot
from results.errors import RecordError
from results.verification import VerifiedRecord

_BEYOND_LATIN: Final = re.compile(r"[^ -\u017f\u2009\u2013\u2026\u2212\u2264]")
"""what the fonts at hand may lack; the exceptions are signs that `words` writes"""


def render_certificate(verified: VerifiedRecord, receipt: bytes = b"") -> bytes:
    """Print a verified record as PDF/A-3, with all that a stranger needs to check it attached.

    A name in letters that no font at hand has is printed with their Unicode numbers; the attached record has
    the letters.

    Args:
        verified: the record.
        receipt: the registry's, as it lies beside the record; empty while there is none.

    Raises:
        RecordError: the text cannot be set.
    """
    content = certificate_content(verified)
    made = datetime.fromtimestamp(content["at"], UTC)
    content["date"] = [made.year, made.month, made.day]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    parts = attached(verified, receipt)
    inputs = {
        "plot": error_plot(verified.record.points),
        "qr": _qr(content["address"]),
        "attached": json.dumps([[file.name, *file.about] for file in parts], ensure_ascii=False),
    }
    try:
        try:
            return _typeset({"content": text, **inputs}, made, parts)
        except typst.TypstError:
            plain = _BEYOND_LATIN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)
            return _typeset({"content": plain, **inputs}, made, parts)
    except typst.TypstError as fault:
        raise RecordError(
            "certificate.typesetting",
            "The certificate of {number} cannot be set: {fault}.",
            "The record itself is sealed and safe; report this with the record's number.",
            number=verified.record.number,
            fault=str(fault),
        ) from fault


def _typeset(inputs: dict[str, str], made: datetime, attached: Sequence[Attached]) -> bytes:
    with TemporaryDirectory() as folder:  # typst reads what it attaches from files
        main = Path(folder, "paper.typ")
        main.write_bytes(files(__package__).joinpath("template.typ").read_bytes())
        for file in attached:
            Path(folder, file.name).write_bytes(file.content)
        return typst.compile(
            main,
            root=Path(folder),
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
