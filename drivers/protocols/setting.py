"""A setting of an instrument: registers that decide what others mean and stand too far away for one request.

It is asked before the value and again after it; only when it said the same both times does the value count.
Its words stand behind those of the answer, so that every flag can be read from it like from the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from drivers.protocols.address import Table, packed, shown
from drivers.protocols.modbus import read_request
from drivers.protocols.word import NumberForm


@dataclass(frozen=True, slots=True)
class Field:
    """One named setting within a request for several."""

    name: str
    at: int
    """offset in the data of its request, in bytes"""
    size: int
    """in bytes"""
    form: NumberForm | None
    """None: a text"""

    def text(self, words: bytes) -> str:
        """What it holds, as a person writes it."""
        own = words[self.at : self.at + self.size]
        if self.form is None:
            return own.decode("latin-1").strip("\0 ")
        value = self.form.read(own)
        return f"no number ({own.hex(' ', 2)})" if value is None else f"{value:f}"

    def data(self, value: float | str) -> bytes | None:
        """The registers that hold `value`; None when they cannot."""
        if self.form is not None:
            return None if isinstance(value, str) else self.form.write(Decimal(str(value)))
        text = str(value).encode("latin-1", "replace")
        return text.ljust(self.size, b"\0") if len(text) <= self.size else None


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One request for settings that stand side by side."""

    table: Table
    first: int
    count: int
    fields: tuple[Field, ...]
    at: int
    """offset among the words of all settings, in bytes"""
    words: bytes
    """what the played instrument holds, two bytes for each address"""

    @property
    def name(self) -> str:
        """The names of all."""
        return ", ".join(field.name for field in self.fields)

    @property
    def where(self) -> str:
        """The registers as a person finds them in the manual."""
        return f"{self.table.value} {shown(self.first, self.table)}"

    @property
    def data(self) -> bytes:
        """The data of the answer by which the played instrument tells it."""
        return packed(self.table, self.words)

    @cached_property
    def request(self) -> bytes:
        """Function and data of the request."""
        return read_request(self.table, self.first, self.count)

    def told(self, words: bytes) -> Iterator[tuple[str, str]]:
        """Each setting by name, from the words of this request."""
        for field in self.fields:
            yield field.name, field.text(words)
