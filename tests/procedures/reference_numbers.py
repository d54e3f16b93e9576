"""What the slow references count with: rule files read alone, fractions, errors on and beside a limit."""

import random
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from drivers.quantity import Quantity
from procedures.point import Outcome

RULES = Path(__file__).resolve().parents[2] / "procedures" / "rules"
DAY = date(2026, 11, 21)
Verdicts = Iterator[tuple[str, Quantity, Outcome, bool]]
"""what the case was, the error, the verdict of the program, whether the reference finds it within limits"""


def raw(table: str) -> dict[str, Any]:
    return tomllib.loads((RULES / f"{table}.toml").read_text("utf-8"), parse_float=Decimal)


@cache
def fraction(value: object) -> Fraction:
    return Fraction(str(value))


def parsed(text: str) -> tuple[Fraction, str]:
    number, _, unit = text.partition(" ")
    return Fraction(number), unit


def decimal(value: Fraction, places: int = 6) -> Decimal:
    """Cut off to decimal digits."""
    return Decimal(int(value * 10**places)) / 10**places


def beside(chance: random.Random, edge: Fraction, places: int = 6) -> Decimal:
    """On the edge, one digit beside it, or anywhere up to its double; either sign is the caller's."""
    kind = chance.random()
    at = decimal(edge, places)
    if kind < 0.6:
        return at + chance.choice((-1, 0, 1)) * Decimal(1).scaleb(-places)
    return decimal(edge * Fraction(chance.randrange(0, 2 * 10**6), 10**6), places)


def errors(chance: random.Random, limit: Fraction, places: int = 6) -> Iterator[tuple[Decimal, bool]]:
    """On the limit and one digit beside it, of either sign, and two anywhere; whether each is within."""
    whole, denominator = limit.numerator * 10**places, limit.denominator
    edge = whole // denominator
    for digits in (edge - 1, edge, edge + 1, chance.randrange(2 * edge + 2)):
        within = abs(digits) * denominator <= whole
        for sign in (-1, 1):
            yield Decimal(sign * digits).scaleb(-places), within
