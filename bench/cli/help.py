"""Help in the language of the reader: the parsers hold the English, whose words are looked up if asked."""

import argparse
import os
import tomllib
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

_MESSAGES: Final = Path(__file__).parent.parent / "messages"
_EXAMPLE: Final = "Example: "
_USAGE: Final = "usage: "

Formatter = Callable[..., argparse.HelpFormatter]
"""what argparse calls to lay a page of help out"""


def language_of(arguments: Sequence[str]) -> str:
    """The language that a command line asks for, whatever else is wrong with it."""
    for at, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
        if argument == "--lang":
            return next(iter(arguments[at + 1 : at + 2]), "")
    return os.environ.get("TERA_LANG") or "id"


def help_in(language: str) -> Formatter:
    """How help is laid out in a language; any other than English is Indonesian, as on the screens."""
    return partial(_Help, language=language)


@cache
def _words(language: str) -> dict[str, str]:
    if language == "en":
        return {}
    words: dict[str, str] = tomllib.loads((_MESSAGES / "id_help.toml").read_text(encoding="utf-8"))
    return words


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, *, language: str, **layout: Any) -> None:
        super().__init__(prog, **layout)
        self._language = language

    def _told(self, text: str) -> str:
        words = _words(self._language)
        if text.startswith(_EXAMPLE):
            return words.get(_EXAMPLE, _EXAMPLE) + text.removeprefix(_EXAMPLE)
        return words.get(text, text)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return None if action.help is None else self._told(action.help)

    def start_section(self, heading: str | None) -> None:
        """Head a part of the page."""
        super().start_section(None if heading is None else self._told(heading))

    def add_text(self, text: str | None) -> None:
        """Add what stands before or after the options."""
        super().add_text(text if text is None or text is argparse.SUPPRESS else self._told(text))

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Add how the command is written."""
        super().add_usage(usage, actions, groups, self._told(_USAGE) if prefix is None else prefix)
