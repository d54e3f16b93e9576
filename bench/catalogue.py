"""The messages of a language by id, as the files of `messages/` hold them.

`<language>.toml` has what both languages say; `<language>_problems.toml` the sentences of errors by code.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

LANGUAGES: Final = ("id", "en")
"""The first is the source of truth."""

_FOLDER: Final = Path(__file__).parent / "messages"


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= _flatten(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All messages of a language by id: `outcome.conforms` → `SAH`; English problems stand in the code."""
    files = (_FOLDER / f"{language}.toml", _FOLDER / f"{language}_problems.toml")
    texts = (file.read_text(encoding="utf-8") for file in files if file.exists())
    return MappingProxyType(
        {id_: words for text in texts for id_, words in _flatten(tomllib.loads(text)).items()}
    )
