"""How a certificate writes: words from `words.toml`, decimal comma, Indonesian dates.

An id without a word is printed as it is: a certificate must not fail for want of a translation, and must not
hide anything.
"""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from drivers.errors import UnitError
from drivers.quantity import Quantity

_MONTHS: Final = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_ZONES: Final = {7: "WIB", 8: "WITA", 9: "WIT"}
_THIN_SPACE: Final = "\u2009"
_UNGROUPED_DIGITS: Final = 4


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


def word(table: str, name: str) -> str:
    """The Indonesian word, or the id itself."""
    found = _catalogue()[table].get(name, name)
    return str(found[0] if isinstance(found, list) else found)


def gloss(table: str, name: str) -> str:
    """The English word beside it, or nothing."""
    found = _catalogue()[table].get(name, "")
    return str(found[1] if isinstance(found, list) else "")


def sentence(table: str, name: str, **facts: Any) -> str:
    """A sentence with its facts; one without a wording is its id and facts."""
    pattern = _catalogue()[table].get(name)
    if pattern is None:
        listed = ", ".join(f"{key} {value}" for key, value in facts.items())
        return f"{name}: {listed}" if listed else name
    try:
        return str(pattern).format_map(facts)
    except KeyError:
        return f"{name}: " + ", ".join(f"{key} {value}" for key, value in facts.items())


def number(text: str) -> str:
    """Digits with a decimal comma, a true minus and thin spaces, never a dot that could be misread.

    >>> number("-1200.50")
    '−1200,50'
    """
    sign, digits = ("−", text[1:]) if text.startswith("-") else ("", text)
    whole, _, fraction = digits.partition(".")
    if len(whole) > _UNGROUPED_DIGITS:
        first = len(whole) % 3 or 3
        whole = _THIN_SPACE.join([whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))])
    return sign + whole + ("," + fraction if fraction else "")


def quantity(value: Quantity | None) -> str:
    """A quantity as printed, or a dash for none."""
    return "–" if value is None else f"{number(value.digits)}\u00a0{_unit(value.unit)}"


def _unit(unit: str) -> str:
    """As a unit is printed; what is counted in these tests are pulses, or turns of a disc."""
    return "pulsa" if unit == "pcs" else unit.replace("m3", "m³")


def anything(value: Any) -> str:
    """A value out of the metrological data of the instrument, which is open to each kind."""
    match value:
        case {"value": str(), "unit": str(), **rest} if not rest:
            return quantity(Quantity(value["value"], value["unit"]))
        case dict():
            return ", ".join(f"{key} {anything(one)}" for key, one in value.items())
        case list() | tuple():
            return "; ".join(anything(one) for one in value)
        case bool():
            return "ya" if value else "tidak"
        case _:
            try:  # several are parted by semicolons: a comma is a decimal mark too
                return "; ".join(quantity(Quantity.parse(part)) for part in str(value).split(", "))
            except UnitError:
                return str(value)


def day(value: date) -> str:
    """`21 November 2026`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(at: str) -> str:
    """`21 November 2026, 09.14 WIB` from ISO 8601 with offset."""
    return f"{day(datetime.fromisoformat(at).date())}, {clock(at)}"


def clock(at: str) -> str:
    """`09.14 WIB` from ISO 8601 with offset."""
    value = datetime.fromisoformat(at)
    return f"{value:%H.%M} {zone_name(value)}".rstrip()


def zone_name(at: datetime) -> str:
    """`WIB`, `WITA` or `WIT`; elsewhere the hours from UTC, and nothing for a time that names no zone."""
    offset = at.utcoffset()
    hours = offset.total_seconds() / 3600 if offset is not None else None
    return _ZONES.get(int(hours), f"UTC{hours:+g}") if hours is not None else ""
