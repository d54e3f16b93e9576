"""Big digits, five rows high, that can be read from a step away; scaled up, from across the room."""

from typing import Final

ROWS: Final = 5

_GLYPHS: Final = {
    "0": ("████", "█  █", "█  █", "█  █", "████"),
    "1": (" ▄█ ", "  █ ", "  █ ", "  █ ", " ▄█▄"),
    "2": ("████", "   █", "████", "█   ", "████"),
    "3": ("████", "   █", " ███", "   █", "████"),
    "4": ("█  █", "█  █", "████", "   █", "   █"),
    "5": ("████", "█   ", "████", "   █", "████"),
    "6": ("████", "█   ", "████", "█  █", "████"),
    "7": ("████", "   █", "   █", "   █", "   █"),
    "8": ("████", "█  █", "████", "█  █", "████"),
    "9": ("████", "█  █", "████", "   █", "████"),
    ".": (" ", " ", " ", " ", "█"),
    ",": (" ", " ", " ", "█", "▌"),
    ":": (" ", "█", " ", "█", " "),
    "−": ("    ", "    ", "████", "    ", "    "),
    "-": ("    ", "    ", "████", "    ", "    "),
    "+": ("    ", " ▐▌ ", "████", " ▐▌ ", "    "),
    "?": ("████", "   █", "  ██", "    ", "  █ "),
    "✔": ("    █", "   █ ", "█ █  ", " █   ", "     "),
    "✘": ("█   █", " █ █ ", "  █  ", " █ █ ", "█   █"),
    "▲": ("  █  ", " ███ ", " █ █ ", "█████", "     "),
    " ": ("  ", "  ", "  ", "  ", "  "),
    "\u00a0": ("  ", "  ", "  ", "  ", "  "),  # between thousands, in English
}
_UNKNOWN: Final = ("▒▒▒▒",) * ROWS


def width(text: str) -> int:
    """Columns that `big` needs for a text."""
    return sum(len(_GLYPHS.get(character, _UNKNOWN)[0]) + 1 for character in text) - 1 if text else 0


def big(text: str, scale: int = 1) -> list[str]:
    """A number as rows of block characters.

    Args:
        text: digits, marks and signs; any other character becomes a grey block.
        scale: how many times as wide and as high.
    """
    glyphs = [_GLYPHS.get(character, _UNKNOWN) for character in text]
    rows = []
    for row in range(ROWS):
        line = (" " * scale).join("".join(pixel * scale for pixel in glyph[row]) for glyph in glyphs)
        rows += [line.rstrip()] * scale
    return rows


def largest_scale(text: str, columns: int, rows: int) -> int:
    """The largest whole scale at which a text fits; 0 when not even the plain one does."""
    return max(min(columns // max(width(text), 1), rows // ROWS), 0)
