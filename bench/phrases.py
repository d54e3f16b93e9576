"""Clauses that arrive in English inside a fact: of the system, of a file format, of a check of ours.

A sentence of a problem is chosen by its code, but some of its facts are clauses ("why", "mistake"). Each
English clause is a row of `messages/<language>_phrases.toml`, with `{placeholders}` where it has parts; the
parts are translated in their turn. A clause without a row is shown as it came.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "messages"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_Row = tuple[str, str, str, str]
"""an English clause, how it begins, how it ends, and the words for it"""


def translated(text: str, language: str, write: Callable[[str], str] = str) -> str:
    """The clause in the reader's language; `write` gives what has no row, such as a quantity.

    >>> translated("Expected `str`, got `int` - at `$.bench.id`", "id")
    'seharusnya `str`, bukan `int` - pada `$.bench.id`'
    """
    known = _row_of(text, language)
    if known is None:
        return write(text)
    words, parts = known
    return words.format_map({name: translated(part, language, write) for name, part in parts.items()})


@lru_cache(maxsize=1024)
def _row_of(text: str, language: str) -> tuple[str, dict[str, str]] | None:
    """The words for a clause and its parts in English; None: no row fits. Screens say the same ones often."""
    for english, opening, ending, words in _rows(language):
        if not (text.startswith(opening) and text.endswith(ending)):
            continue  # nearly all, and their patterns need not be made
        found = _pattern(english).fullmatch(text)
        if found is not None:
            return words, found.groupdict()
    return None


@cache
def _rows(language: str) -> tuple[_Row, ...]:
    file = _FOLDER / f"{language}_phrases.toml"
    if not file.exists():
        return ()
    rows = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple((english, *_ends(english), words) for english, words in rows.items())


def _ends(english: str) -> tuple[str, str]:
    pieces = _PLACEHOLDER.split(english)
    return pieces[0], pieces[-1]


@cache
def _pattern(english: str) -> re.Pattern[str]:
    # split by a pattern with one group: names of placeholders stand at the odd places
    pieces = _PLACEHOLDER.split(english)
    return re.compile(
        "".join(
            f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )
