"""What stands behind a paper's own bytes: signatures that nobody sees on it, and nothing else.

A PDF takes additions at its end that replace any page, and a reader shows the newest. So each object that an
addition puts in place of one of the paper is compared; a signature may name itself in the catalogue and on a
page, without any area there, and says nothing that is shown. Of two readers of one file this one is strict;
what another makes of the same bytes is not shown by it.
"""

import io
from typing import Any, Final

from results.malformed import MISFITS

_FOR_SIGNATURES: Final[dict[str, frozenset[str]]] = {
    "/Catalog": frozenset({"/AcroForm", "/Extensions", "/DSS", "/Version"}),
    "/Page": frozenset({"/Annots"}),
    "/Metadata": frozenset(),
}
"""by the type of an object of the paper: the entries that a signature may add to it"""
_OF_INFO: Final = frozenset({"/ModDate", "/Producer"})
_OF_FORM: Final = frozenset({"/Fields", "/SigFlags", "/DR", "/DA"})
_OF_MARK: Final = frozenset(
    {"/Type", "/Subtype", "/FT", "/T", "/F", "/Rect", "/P", "/V", "/AP", "/MK", "/Lock"}
)


def only_signatures_behind(paper: bytes, plain: bytes) -> bool:
    """Say whether a paper is the plain one with nothing but signatures behind it, the last over all of it.

    Args:
        paper: begins with the bytes of the plain one.
        plain: as it was printed.
    """
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - heavy, and only for a signed paper
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415

    try:
        now, before = PdfFileReader(io.BytesIO(paper)), PdfFileReader(io.BytesIO(plain))
        signatures = now.embedded_regular_signatures
        if not signatures or not _goes_on(now, before):
            return False
        whole = signatures[-1].evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE
        return whole and _nothing_else(now, before)
    except (PdfError, *MISFITS):
        return False


def _goes_on(now: Any, before: Any) -> bool:
    """Whether the newest state of a file goes back to the state that was printed."""
    printed = before.xrefs.total_revisions
    return bool(
        now.xrefs.total_revisions > printed
        and not now.xrefs.hybrid_xrefs_present
        and now.xrefs.get_startxref_for_revision(printed - 1)
        == before.xrefs.get_startxref_for_revision(printed - 1)
        and all(_entrance(now, name) == _entrance(before, name) for name in ("/Root", "/Info", "/Encrypt"))
    )


def _nothing_else(now: Any, before: Any) -> bool:
    printed, info = before.xrefs.total_revisions, _entrance(before, "/Info")
    there = {ref for step in range(printed) for ref in before.xrefs.explicit_refs_in_revision(step)}
    for step in range(printed, now.xrefs.total_revisions):
        if set(now.xrefs.refs_freed_in_revision(step)) & there:
            return False
        for ref in set(now.xrefs.explicit_refs_in_revision(step)) & there:
            added = now.get_object(ref, revision=step)
            own = before.get_object(ref)
            may = _OF_INFO if ref == info else _FOR_SIGNATURES.get(str(_in(own, "/Type")))
            if may is None or not _agrees(added, own, may):
                return False
    return set(_in(now.root, "/AcroForm", {})) <= _OF_FORM


def _entrance(file: Any, name: str) -> Any:
    """Where in a file a reader begins: its catalogue, its title, its encryption; None without one."""
    trailer = file.trailer.flatten()
    return trailer.raw_get(name).reference if name in trailer else None


def _agrees(added: Any, own: Any, may: frozenset[str]) -> bool:
    """Whether an object says what the paper's own said, but for entries of signatures."""
    if _in(own, "/Type") == "/Metadata":
        return (_in(added, "/Type"), _in(added, "/Subtype")) == ("/Metadata", "/XML")
    if any(_written(added, name) != _written(own, name) for name in (set(added) | set(own)) - may):
        return False
    marks, known = _marks(added), _marks(own)
    same = [_plain(mark) for mark in marks[: len(known)]] == [_plain(mark) for mark in known]
    return same and all(_shows_nothing(mark.get_object()) for mark in marks[len(known) :])


def _marks(page: Any) -> list[Any]:
    """What stands on a page besides its print, as it is referred to."""
    marks = _in(page, "/Annots", [])
    return [marks.raw_get(place) for place in range(len(marks))]


def _shows_nothing(mark: Any) -> bool:
    left, lower, right, upper = _in(mark, "/Rect", [])
    return bool(
        (_in(mark, "/Subtype"), _in(mark, "/FT")) == ("/Widget", "/Sig")
        and set(mark) <= _OF_MARK
        and (left, lower) == (right, upper)
    )


def _in(found: Any, name: str, otherwise: Any = None) -> Any:
    """An entry, wherever in the file it stands."""
    return found[name] if name in found else otherwise  # noqa: SIM401 -- pyHanko's `get` gives the reference


def _written(found: Any, name: str) -> bytes:
    return _plain(found.raw_get(name)) if name in found else b""


def _plain(found: Any) -> bytes:
    stream = io.BytesIO()
    found.write_to_stream(stream, None)
    return stream.getvalue()
