"""The sentences of the public pages by language; records and programs know only the ids."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

Language = Literal["id", "en"]

_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


class Words:
    """One language."""

    def __init__(self, language: Language, sentences: dict[str, str], kinds: dict[str, str]) -> None:
        """Hold the catalogue of a language."""
        self.language = language
        self.other: Language = "en" if language == "id" else "id"
        self._sentences = sentences
        self._kinds = kinds

    def __call__(self, key: str, **facts: str) -> str:
        """The sentence with its placeholders filled; facts are plain text, escaped where HTML is made."""
        return self._sentences[key].format_map(facts)

    def kind(self, kind: str) -> str:
        """The name of a kind of instrument; its id when a newer bench knows more kinds than this registry."""
        return self._kinds.get(kind, kind)

    def day(self, day: date) -> str:
        """`21 November 2026`."""
        return f"{day.day} {_MONTHS[self.language][day.month - 1]} {day.year}"

    def time(self, moment: datetime) -> str:
        """`21 November 2026 09.14 UTC+07:00`."""
        return f"{self.day(moment.date())} {moment:%H.%M} {moment.tzname()}"

    def number(self, digits: str) -> str:
        """The decimal mark that readers of this language expect."""
        return digits.replace(".", ",") if self.language == "id" else digits


@cache
def words(language: Language) -> Words:
    """The catalogue of a language."""
    text = files("results.registry").joinpath("words.toml").read_text(encoding="utf-8")
    catalogue = tomllib.loads(text)[language]
    kinds = msgspec.convert(catalogue.pop("kinds"), dict[str, str])
    return Words(language, msgspec.convert(catalogue, dict[str, str]), kinds)
