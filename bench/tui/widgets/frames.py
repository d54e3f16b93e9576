"""Bytes of a line as rows: the time, what became of them, how they are typed, and their values."""

from collections.abc import Callable, Sequence
from typing import Final

from bench.tui.screens.face import Part
from drivers.protocols.escape import bytes_to_typed
from drivers.watching import Fate, Piece

MARKS: Final = {
    Fate.READ: ("✔", "$accent"),
    Fate.ACKNOWLEDGED: ("✔", "$accent"),
    Fate.REFUSED: ("✘", "$error"),
    Fate.SKIPPED: ("·", "$warning"),
    Fate.PENDING: ("…", "dim"),
    Fate.SENT: ("→", "dim"),
}
"""A sign beside each colour: a terminal without colours shows the same."""
_BEFORE: Final = 17  # cursor, mark, time and sign


def rows(
    piece: Piece, width: int, when: Callable[[float], str], *, chosen: bool, marked: bool
) -> list[list[Part]]:
    """The rows of one piece; the first says how its bytes are typed in a driver file."""
    sign, style = MARKS[piece.fate]
    room = max(width - _BEFORE - 1, 8)
    typed = bytes_to_typed(piece.data)
    shown = typed if len(typed) <= room else f"{typed[: room - 1]}…"
    head = f"{'▶' if chosen else ' '}{'●' if marked else ' '}{when(piece.at)} "
    first: list[Part] = [(head, "reverse" if chosen else ""), (sign, f"bold {style}"), " ", (shown, style)]
    a_row = max(room // 3, 1)
    values = [piece.data[at : at + a_row].hex(" ").upper() for at in range(0, len(piece.data), a_row)]
    below: list[list[Part]] = [[(" " * _BEFORE, ""), (row, "dim")] for row in values]
    return [first, *below]


def window(blocks: Sequence[list[list[Part]]], height: int, chosen: int) -> list[Part]:
    """As many whole blocks as there is room for, the chosen one among them, the newest last."""
    first, last, used = chosen, chosen, min(len(blocks[chosen]), height) if blocks else 0
    while blocks:
        if last + 1 < len(blocks) and used + len(blocks[last + 1]) <= height:
            last += 1
            used += len(blocks[last])
        elif first > 0 and used + len(blocks[first - 1]) <= height:
            first -= 1
            used += len(blocks[first])
        else:
            break
    lines = [row for block in blocks[first : last + 1] for row in block][:height]
    return [part for row in lines for part in (*row, "\n")]
