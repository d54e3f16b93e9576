"""Words that a paper, a screen and the register can show as they were written.

What a person types ends up in a sealed record, which nobody can change any more. So characters that move a
cursor, turn the direction of reading, or are half of one are refused where the words are read.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from bench.errors import LaboratoryError
from drivers.notation import to_builtins

_ILLEGIBLE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""control characters but for tab and line feed, which an address may have; marks, embeddings and isolates of
Unicode's bidirectional algorithm (UAX 9), its separators, surrogates, and what XML 1.0 cannot write (2.2)"""


_BREAK: Final = re.compile(r"[\t\n]+")


def check_legible(written: Any, source: str = "") -> None:
    """See to it that every text in what somebody wrote can be shown.

    Args:
        written: a text, or a struct or table of them.
        source: the file's name, when it stands in one.

    Raises:
        LaboratoryError: one cannot; the fact `entry` names it.
    """
    for entry, text in _texts(to_builtins(written), ""):
        if found := _ILLEGIBLE.search(text):
            raise LaboratoryError(
                "text.illegible",
                "{entry} holds the character {character}, which no paper can show.",
                "Write it again without that character.",
                entry=f"{source}: {entry}" if source else entry,
                character=f"U+{ord(found[0]):04X}",
            )


def made_legible(words: str) -> str:
    """Words for a terminal, whoever wrote them: what could drive it is one sign (U+FFFD) in their place."""
    return _ILLEGIBLE.sub("\ufffd", words)


def on_one_line(words: str) -> str:
    """The same for a place that is one line: neither a line of its own nor a column can be made up."""
    return _BREAK.sub(" ", made_legible(words))


def _texts(value: Any, entry: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield entry, value
        case dict():
            for name, one in value.items():
                yield from _texts(one, f"{entry}.{name}".lstrip("."))
        case list() | tuple():
            for place, one in enumerate(value, start=1):
                yield from _texts(one, f"{entry}[{place}]")
        case _:
            pass
