"""Every figure of every rule table rests on a clause, or the table says that nobody has read the clause."""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from drivers.errors import UnitError
from drivers.quantity import Quantity

RULES = Path(__file__).resolve().parents[2] / "procedures" / "rules"
FILES = sorted(RULES.glob("*.toml"))

CLAUSE = re.compile(
    r", (?=.*\d)\w+[\w .×()]*|Tabel \d|Table \d|[Aa]nnex|[Ll]ampiran|[Pp]asal \d|^\d+(\.\d+)+$", re.ASCII
)
"""what comes after the name of a regulation: a number with dots, a table, an annex, an article"""
HEADER = frozenset({"id", "kind", "regulation", "edition", "citation", "by_date", "verified", "order"})


def figures(entry: Any, path: str = "", cited: str = "") -> Iterator[tuple[str, str]]:
    """Each figure of a table by its path, with the citation that is nearest above it."""
    if isinstance(entry, dict):
        own = " ".join(
            text for name, value in entry.items() if name.endswith("citation") for text in said(value)
        )
        for name, value in entry.items():
            if not name.endswith("citation") and name != "unverified" and (path or name not in HEADER):
                yield from figures(value, f"{path}.{name}".strip("."), own or cited)
    elif isinstance(entry, list):
        for value in entry:
            yield from figures(value, path, cited)
    elif is_figure(entry):
        yield path, cited


def said(value: Any) -> list[str]:
    return list(value.values()) if isinstance(value, dict) else [str(value)]


def is_figure(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, Decimal)):
        return True
    try:
        Fraction(str(value).removesuffix(" max"))
    except ValueError:
        try:
            Quantity.parse(str(value))
        except UnitError:
            return False
    return True


def doubted(table: dict[str, Any]) -> list[str]:
    return [topic.strip() for doubt in table.get("unverified", ()) for topic in doubt["topic"].split(",")]


def without_clause(text: str) -> list[str]:
    """Paths of figures that neither cite a clause nor stand under a doubt."""
    table = tomllib.loads(text, parse_float=Decimal)
    topics = doubted(table)
    cited = dict(figures(table))
    names = ("citation", "regulation")
    header = " ".join(str(table.get(name, "")) for name in names)

    def stands(path: str, citation: str) -> bool:
        if CLAUSE.search(citation.removeprefix(str(table.get("regulation", "")))):
            return True
        return any(
            path == topic or path.startswith(f"{topic}.") or topic.startswith(path) for topic in topics
        )

    assert header.strip(), "a table names its regulation"
    return [path for path, citation in cited.items() if not stands(path, citation or str(table["citation"]))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_limit_of_every_table_cites_its_clause_or_says_that_it_was_not_read(file):
    assert without_clause(file.read_text("utf-8")) == []


def test_a_table_whose_limit_lost_its_clause_is_found():
    text = (RULES / "oiml-r76-1-2006.toml").read_text("utf-8")
    assert without_clause(text) == []
    bare = text.replace('citation = "OIML R 76-1:2006, 4.5.2"', 'citation = "OIML R 76-1:2006"')
    assert without_clause(bare) == ["zero.limit_e", "zero.load_e"]
    assert "new.limit" in without_clause(text + "\n[new]\nlimit = 5\n")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_table_that_nobody_verified_says_what_is_open(file):
    table = tomllib.loads(file.read_text("utf-8"))
    assert table["verified"] is (table.get("unverified") is None)
    assert all(doubt["note"].strip() for doubt in table.get("unverified", ()))
