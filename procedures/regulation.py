"""Rule tables: dated data with their source, found by id or by the date of the test.

A run uses the table in force on its date. A table says itself what nobody has checked yet against the decree:
it works all the same, and every result says so.
"""

import hashlib
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import msgspec

from drivers.notation import from_toml
from procedures.errors import ProcedureError
from procedures.point import Reason


class Doubt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing in a table that nobody has yet compared with the text of the regulation."""

    topic: str
    """the entry of the table that it is about, `tolerance.factor`"""
    note: str
    """what is known and from where"""
    alternatives: tuple[str, ...] = ()
    """what else the regulation may say"""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Where a table comes from and when it holds."""

    id: str
    kind: str
    """the id of the procedure that uses it"""
    regulation: str
    """full name, as a certificate cites it"""
    edition: str
    citation: str
    """short name, as a table cites it"""
    by_date: bool = True
    """False: only used when a file names it, never chosen by the date alone"""
    valid_from: date | None = None
    valid_until: date | None = None
    """last day, inclusive"""
    verified: bool = False
    """an officer with the text in hand has ticked every entry"""
    unverified: tuple[Doubt, ...] = ()


class Regulation(Header, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part that all rule tables share; each procedure adds its own entries."""

    def notices(self) -> tuple[Reason, ...]:
        """What a reader of a result must know about the table behind it."""
        if self.verified:
            return ()
        topics = ", ".join(doubt.topic for doubt in self.unverified)
        return (Reason(code="unverified_rules", facts={"rules": self.id, "topics": topics}),)


T = TypeVar("T", bound=Regulation)


def by_id(table: str, kind: type[T]) -> tuple[T, str]:
    """A rule table and the SHA-256 of its file, hexadecimal.

    Raises:
        ProcedureError: there is no such table, or it belongs to another kind of test.
    """
    file = _file(table)
    rules: T = _read(table, file, kind)
    return rules, hashlib.sha256(file).hexdigest()


def in_force(kind: str, on: date) -> str:
    """The id of the table that holds for this kind of test on that date.

    Raises:
        ProcedureError: none is known to hold on that date.
    """
    headers = tables(kind)
    for header in headers:
        starts = header.valid_from or date.min
        ends = header.valid_until or date.max
        if header.by_date and starts <= on <= ends:
            return header.id
    raise ProcedureError(
        "rules.none_in_force",
        "No rule table for {kind} is known to be in force on {date}.",
        'Check the date, or name the table with rules = "id"; known are: {known}.',
        kind=kind,
        date=on.isoformat(),
        known=", ".join(header.id for header in headers),
    )


def tables(kind: str) -> tuple[Header, ...]:
    """What the tables for one kind of test say of themselves, in the order of their ids."""
    return tuple(header for header in _headers() if header.kind == kind)


def content(table: str) -> dict[str, Any]:
    """A table as its file writes it: for what does not depend on the kind of test, such as its citations."""
    return tomllib.loads(_file(table).decode())


def digest(table: str) -> str:
    """SHA-256 of a table's file, as a record names it.

    Raises:
        ProcedureError: there is no such table.
    """
    return hashlib.sha256(_file(table)).hexdigest()


def _file(table: str) -> bytes:
    try:
        return _files()[f"{table}.toml"]
    except KeyError:
        raise ProcedureError(
            "rules.unknown",
            "There is no rule table {rules}.",
            "Known are: {known}.",
            rules=table,
            known=", ".join(name.removesuffix(".toml") for name in _files()),
        ) from None


@cache
def _read(table: str, file: bytes, kind: type[Any]) -> Any:
    """A table never changes once it is read, so an audit of many records reads it once."""
    return from_toml(file.decode(), kind, source=f"{table}.toml", error=ProcedureError)


@cache
def _files() -> dict[str, bytes]:
    """The tables as they were when the program first looked: a run does not see them change."""
    folder = files("procedures").joinpath("rules")
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda f: f.name)
    return {file.name: file.read_bytes() for file in found}


@cache
def _headers() -> tuple[Header, ...]:
    return tuple(
        from_toml(text.decode(), Header, source=name, error=ProcedureError) for name, text in _files().items()
    )
