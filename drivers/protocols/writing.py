"""Frames by which a form may say a reading: the inverse of reading, for the twin.

What is written is only a proposal; whoever uses it reads it back first.
"""

from collections.abc import Iterator
from itertools import product

from drivers.protocols import Indicated
from drivers.protocols.form import Form
from drivers.protocols.meaning import Domains
from drivers.protocols.number import write_number
from drivers.protocols.picture import BLANKS, CHECK, NUMBERS, Piece
from drivers.reading import Kind, Stability


def proposals(form: Form, event: Indicated) -> Iterator[str]:
    """Frames, one for each spelling of the unit and each kind that fits; check characters are left blank."""
    for unit, kind in product(_spellings(form, event.indication.unit), kinds_for(event)):
        domains = _domains(form)
        if _narrowed(form, domains, event, kind):
            parts = [_part(form, piece, event, unit, domains) for piece in form.pieces]
            if None not in parts:
                yield "".join(part for part in parts if part is not None)


def kinds_for(event: Indicated) -> tuple[Kind, ...]:
    """The kinds under which the value may be said, the best first.

    Some wires leave the kind open in motion; some only know the net weight, which without tare is the gross.
    """
    untared = (Kind.NET,) if event.kind is Kind.GROSS and event.tare is None else ()
    return tuple(dict.fromkeys((event.kind, Kind.UNKNOWN, *untared)))


def _spellings(form: Form, unit: str) -> list[str]:
    if any(piece.name == "unit" for piece in form.pieces):
        return [shown for shown, ours in form.units.items() if ours == unit]
    return [""]


def _domains(form: Form) -> Domains:
    domains: Domains = {piece.name: piece.values for piece in form.pieces if piece.values}
    for name, bits in form.bits.items():
        values = range(1 << bits.width) if bits.written is None else (bits.written,)
        domains[name] = tuple(map(str, values))
    return domains


def _narrowed(form: Form, domains: Domains, event: Indicated, kind: Kind) -> bool:
    """Keep the flags by which `event` is said as `kind`; False when there are none."""
    value = event.indication.value
    return (
        form.state.narrow(domains, None)
        and form.stable.narrow(domains, event.stability)
        and form.kind.narrow(domains, kind)
        and form.high_resolution.narrow(domains, event.high_resolution)
        and form.negative.narrow(domains, value.is_signed())
        and form.decimals.narrow(domains, _places(event))
        and form.unit.narrow(domains, event.indication.unit)
    )


def _places(event: Indicated) -> int:
    return max(-int(event.indication.value.as_tuple().exponent), 0)


def _part(form: Form, piece: Piece, event: Indicated, unit: str, domains: Domains) -> str | None:
    """The characters of one piece, or None when they do not fit."""
    if piece.name in NUMBERS:
        return _number(form, piece, event)
    if piece.name == "unit":
        shown = "" if form.stable_by_unit and event.stability is not Stability.STABLE else unit
        return shown.rjust(piece.least) if form.unit_right else shown.ljust(piece.least)
    if piece.name in (BLANKS, CHECK):
        return " " * piece.least
    bits = [(name, bits) for name, bits in form.bits.items() if bits.of == piece.name]
    if bits:
        return chr(sum(int(domains[name][0]) << bit.low for name, bit in bits))
    if piece.name in domains:
        return domains[piece.name][0]
    return " " * piece.least if piece.name else piece.text


def _number(form: Form, piece: Piece, event: Indicated) -> str | None:
    width = form.style.width if piece.width is None else piece.width
    quantity = event.tare if piece.name == "tare" else event.indication
    if quantity is None:
        return " " * width
    value = quantity.value.copy_abs() if form.negative.by_flag else quantity.value
    if form.decimals.by_flag or form.decimals.constant is not None:
        if form.decimals.constant not in (None, _places(event)):
            return None
        value = value.scaleb(_places(event))
    return write_number(value, width, form.style, comma=form.comma)
