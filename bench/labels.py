"""The words that a person reads: sentences by id, and numbers and dates in the reader's notation.

Indonesian is the source; English has the same ids and placeholders. Records store ids, never sentences. The
word "batal" is a legal outcome: no key, button or question uses it.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from bench.catalogue import LANGUAGES, catalogue
from bench.events import MISTYPED
from bench.explained import explained
from bench.instruction_words import instructed
from bench.phrases import translated
from drivers.errors import PlainError, UnitError
from drivers.quantity import Quantity
from procedures.action import Action
from procedures.heading import Heading
from procedures.point import Method, Outcome, Point, Reason, Tolerance
from procedures.rounding import limits_told, told

RETAKE_REASONS: Final = ("wrong_load", "not_settled", "vibration", "misread", MISTYPED, "other")
"""In the order of their keys 1, 2, 3, 4, 5 and 9."""

_UUT: Final = "uut"

_MARKS: Final = {"id": (".", ","), "en": ("\u00a0", ".")}
"""Thousands and decimal mark; English groups with a space, so that its comma cannot be misread."""

_COUNTS: Final = frozenset(
    {
        *("n", "limit", "least", "count", "required", "weighings", "attempts", "tries", "size", "last_size"),
        *("free", "needed", "seconds", "minutes", "timeout_s", "duration_s", "maximum", "freedom"),
    }
)
"""Facts of problems that count something; any other bare number may be a name and stays as it is."""

_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_RATE: Final = re.compile(r"(?P<number>[+-]?\d+(\.\d+)?) (?P<unit>[^\W\d]+/[^\W\d]+)")
"""a quotient of two units, which no instrument shows: `2.500 L/mm`"""
_FRACTION: Final = re.compile(r"^\d+\.\d+(?= )|(?<=\bcos )\d+\.\d+", re.ASCII)
"""a share of a mark, or a power factor, in the name of a point: `0.2 Ib cos 0.5 ind`"""


class Labels:
    """Messages in one language.

    >>> from drivers.quantity import Quantity
    >>> Labels("id").quantity(Quantity.parse("5000.5 g"))
    '5.000,5 g'
    """

    def __init__(self, language: str = "id") -> None:
        """Open a catalogue; an unknown language gives the source language."""
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._messages = catalogue(self.language)

    def other(self) -> "Labels":
        """The catalogue of the other language."""
        return Labels(LANGUAGES[1 - LANGUAGES.index(self.language)])

    def text(self, message: str, /, **facts: Any) -> str:
        """The message with its placeholders filled; quantities, numbers and dates in the reader's notation.

        Raises:
            KeyError: no such id, or a placeholder without a fact: a mistake of the program.
        """
        return self._messages[message].format_map({name: self._fact(value) for name, value in facts.items()})

    def word(self, group: str, name: str) -> str:
        """The word for an id that comes from data; an id without a word is spelled readably.

        >>> Labels("id").word("item", "level_indicator_present")
        'level indicator present'
        """
        return self._messages.get(f"{group}.{name}") or name.replace("_", " ").replace("-", " ")

    def _fact(self, value: object) -> str:
        match value:
            case Quantity():
                return self.quantity(value)
            case Decimal():
                return self.number(value)
            case datetime():
                return self.moment(value)
            case date():
                return self.long_date(value)
            case _:
                return str(value)

    def _told(self, name: str, value: object) -> str:
        """A fact of a problem: counts, quantities and words are translated, names and keys of files never."""
        words = [self._messages.get(f"fact.{name}.{one}") for one in str(value).split(", ")]
        if None not in words:
            return ", ".join(map(str, words))
        if name in _COUNTS and _NUMBER.fullmatch(str(value)):
            return self.number(Decimal(str(value)))
        if not isinstance(value, str):
            return self._fact(value)
        return translated(value, self.language, lambda text: self._measured_text(text) or text)

    def clause(self, text: str) -> str:
        """An English clause that came as data, in this language; one without a row stays as it is."""
        return translated(text, self.language, self.data)

    def data(self, value: object) -> str:
        """A fact that came as data: a string may be a quantity in the notation of files."""
        return self._written(value) if isinstance(value, str) else self._fact(value)

    def _written(self, text: str) -> str:
        """Quantities, or labels of points, as the reader writes them; any other text as it is."""
        parts = text.split(", ")
        measured = [written for part in parts if (written := self._measured_text(part)) is not None]
        if len(measured) == len(parts):
            return "; ".join(measured)  # a comma is a decimal mark too
        if all(f"section.{part.partition('/')[0]}" in self._messages for part in parts):
            return ", ".join(self.point(part) for part in parts)
        return text

    def _measured_text(self, text: str) -> str | None:
        """A text that is a quantity, in the reader's notation; None for any other."""
        # a number alone may be a serial number or a key: it is no quantity and is never grouped
        if _NUMBER.fullmatch(text):
            return None
        try:
            return self.quantity(Quantity.parse(text))
        except UnitError:
            rate = _RATE.fullmatch(text)
            return f"{self.number(Decimal(rate['number']))} {rate['unit']}" if rate else None

    def number(self, value: Decimal, *, signed: bool = False) -> str:
        """A decimal number with all its digits: 5000.50 is `5.000,50` in Indonesian."""
        thousands, mark = _MARKS[self.language]
        whole, _, part = f"{value.copy_abs():f}".partition(".")
        grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", thousands, whole)
        sign = "−" if value < 0 else "+" if signed and value > 0 else ""
        return f"{sign}{grouped}{mark}{part}" if part else f"{sign}{grouped}"

    def decimal(self, text: str) -> str:
        """A name with a decimal number in it, as a class has one: `0.5S` → `0,5S`."""
        return re.sub(r"(?<=\d)\.(?=\d)", _MARKS[self.language][1], text)

    def whole(self, count: int) -> str:
        """A count: `14.212`."""
        return self.number(Decimal(count))

    def tenths(self, value: float) -> str:
        """A duration or share that need not be exact, to one decimal."""
        return self.number(Decimal(f"{value:.1f}"))

    def quantity(self, quantity: Quantity, *, signed: bool = False) -> str:
        """A quantity as this language writes it."""
        return f"{self.number(quantity.value, signed=signed)} {quantity.unit}"

    def long_date(self, day: date) -> str:
        """`21 November 2026`."""
        return f"{day.day} {self.text(f'month.{day.month}')} {day.year}"

    def short_date(self, day: date) -> str:
        """`Sab 21-11-2026`."""
        return f"{self.text(f'weekday.{day.isoweekday()}')} {day:%d-%m-%Y}"

    def moment(self, moment: datetime) -> str:
        """`Sab 21-11-2026 09:14`, in the zone that the moment carries."""
        return f"{self.short_date(moment)} {moment:%H:%M}"

    def instruction(self, action: Action) -> str:
        """The sentence that asks a person for this."""
        return instructed(self, action)

    def role(self, role: str) -> str:
        """The name of a role: `meter/3` → `meter 3`."""
        kind, _, which = role.partition("/")
        return f"{self.word('role', kind)} {which}".rstrip()

    def vessel(self, name: str) -> str:
        """A vessel in a prompt: `compartment/1` → `kompartemen 1`; the mark of a measure stays as it is."""
        if name == _UUT:
            return self.text("run.tested_vessel")
        return self.role(name) if f"role.{name.partition('/')[0]}" in self._messages else name

    def at(self, position: str) -> str:
        """Where on the receptor, as part of a sentence: `di tengah`, `di posisi 2`."""
        if position in {"", "centre"}:
            return self.text("position.centre")
        named = self._messages.get(f"position.{position}")
        return named or self.text("position.numbered", position=position)

    def outcome(self, outcome: Outcome | Heading) -> str:
        """The sealed outcome with its symbol: `✔ SAH`."""
        return f"{self.symbol(outcome)} {self.text(f'outcome.{outcome}')}"

    def measured(self, outcome: Outcome, method: Method | None = None) -> str:
        """The outcome of a point before sealing: `✔ dalam BKD`; seen by eye: `✔ sesuai`."""
        group = "inspected" if method is Method.INSPECTION else "measured"
        return f"{self.symbol(outcome)} {self.text(f'{group}.{outcome}')}"

    def choice(self, choice: str) -> str:
        """The words for a choice; a line of a checklist is a choice too."""
        return self._messages.get(f"choice.{choice}") or self.word("item", choice)

    def checked(self, name: str) -> str:
        """What `tera check` looked at: `instrument uut` → `alat uut`; names of programs stay."""
        whole = self._messages.get(f"checked.{name.replace(' ', '_')}")
        kind, _, which = name.partition(" ")
        named = self._messages.get(f"checked.{kind}")
        return whole or (f"{named} {which}" if named and which else name)

    def symbol(self, outcome: Outcome | Heading) -> str:
        """The sign that goes with colour and word."""
        return {"conforms": "✔", "does_not_conform": "✘"}.get(outcome.value, "▲")

    def section(self, section: str) -> str:
        """The name of a part of the test."""
        return self.word("section", section)

    def point(self, label: str) -> str:
        """A point's label for a person: `accuracy/up/5000 g` → `Kebenaran naik 5.000 g`."""
        section, _, rest = label.partition("/")
        return f"{self.section(section)} {self.within(label)}" if rest else self.section(section)

    def within(self, label: str) -> str:
        """A point's label inside its section: `naik 5.000 g`; the section itself when that is all."""
        section, *rest = label.split("/")
        parts = [self.part(part) for part in rest]
        return " ".join(parts) or self.section(section)

    def filled(self, message: str, facts: Mapping[str, str]) -> str | None:
        """A message with facts that came as data; None when there is no such message or a fact is missing."""
        found = self._messages.get(message)
        return found.format_map(facts) if found is not None and _placeholders(found) <= facts.keys() else None

    def part(self, part: str) -> str:
        """One part of a point's label: `fast` → `cepat`."""
        known = self._messages.get(f"part.{part}") or self._messages.get(f"item.{part}")
        if known is not None:
            return known
        written = self._written(part)  # a quantity has its decimal mark by then, and dots between thousands
        return written if written != part else _FRACTION.sub(lambda found: self.decimal(found[0]), part)

    def reason(self, reason: Reason) -> str:
        """Why a verdict is what it is, or what its reader must know."""
        facts = {name: self._stated(name, value, reason.facts) for name, value in reason.facts.items()}
        rest = ", ".join(facts.values())
        plain = reason.code.replace("_", " ") + (f": {rest}" if rest else "")
        return self.filled(f"reason.{reason.code}", facts) or plain

    def _stated(self, name: str, value: str, facts: Mapping[str, str]) -> str:
        if name == "states":
            return ", ".join(self.role(one) for one in value.split(", "))
        if name == "error":
            with suppress(UnitError):  # a text that is no error stays as it is
                limits = [Quantity.parse(facts[side]) for side in ("lower", "upper") if side in facts]
                bounds = [told(Quantity.parse(bound), *limits) for bound in value.split(" … ")]
                return " … ".join(self.quantity(bound, signed=True) for bound in bounds)
        return self.data(value)

    def explain(self, point: Point) -> str:
        """One sentence that gives rule, load, error, BKD, margin and citation of a decided point."""
        return explained(self, point)

    def known(self, message: str) -> str | None:
        """A message without placeholders, if there is one."""
        return self._messages.get(message)

    def chosen(self, name: str, choice: str) -> str | None:
        """The word for one of the few answers to a question about an instrument, if there is one."""
        group = "activity" if name == "activity" else f"plate_choice.{name.rpartition('.')[2]}"
        return self.known(f"{group}.{choice}")

    def error(self, point: Point) -> str:
        """The error that was compared, or its bounds; no digit that decides is left out."""
        error = point.corrected_error if point.corrected_error is not None else point.error
        if error is not None:
            limits = (point.tolerance.lower, point.tolerance.upper) if point.tolerance is not None else ()
            return self.quantity(told(error, *limits), signed=True)
        if point.error_bounds is not None:
            return " … ".join(self.quantity(bound, signed=True) for bound in point.error_bounds)
        return "—"

    def limits(self, point: Point) -> str:
        """The BKD of a point: `± 5 g`, or both limits when they differ."""
        return "—" if point.tolerance is None else self.tolerance(point.tolerance, *point.compared)

    def tolerance(self, tolerance: Tolerance, *compared: Quantity) -> str:
        """A BKD beside what is compared with it, never wider than it is."""
        lower, upper = limits_told(tolerance.lower, tolerance.upper, *compared)
        if abs(lower) == upper:
            return f"± {self.quantity(upper)}"
        return f"{self.quantity(lower, signed=True)} … {self.quantity(upper, signed=True)}"

    def problem(self, error: PlainError) -> tuple[str, str]:
        """What is wrong and what to do, by the error's code; its own English sentences when there is none."""
        sentence = self._messages.get(f"problem.{error.code}.sentence")
        remedy = self._messages.get(f"problem.{error.code}.remedy")
        facts = {name: self._told(name, value) for name, value in error.facts.items()}
        if sentence is None or remedy is None or not _placeholders(sentence + remedy) <= facts.keys():
            return error.message, error.remedy
        return sentence.format_map(facts), remedy.format_map(facts)


def _placeholders(message: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", message))
