"""The records of an M-Bus telegram: which value each is (storage, tariff, subunit, function), what it says.

Facts: EN 13757-3, variable data structure, and the fixed one that older meters send (CI 73h).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from enum import StrEnum
from typing import Final

from drivers.errors import UnitError
from drivers.protocols.mbus_number import Field, date_of, field_at
from drivers.protocols.mbus_unit import IN_OUR_UNITS, TROUBLES, ShortError, Unit, read_unit
from drivers.quantity import Quantity

MORE_FOLLOWS: Final = 0x1F
_FILLER: Final = 0x2F
_MAKERS: Final = 0x0F
_SPECIAL: Final = 0xF
_MOST_DIFE: Final = 10
_COUNTERS: Final = 8
"""bytes of the two counters of a fixed data structure"""
_HISTORIC: Final = 0x3E
_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation])
"""fifteen bytes of a variable length are 36 digits"""


class Function(StrEnum):
    """Which value of a quantity a record holds."""

    INSTANTANEOUS = "instantaneous"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    ERROR = "error"
    """the value while there was an error"""


_FUNCTIONS: Final = tuple(Function)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a telegram."""

    storage: int
    tariff: int
    subunit: int
    function: Function
    unit: Unit
    field: Field
    data: bytes
    """of the whole telegram; the field says where the value stands in it"""

    @property
    def number(self) -> Decimal | None:
        """The bare number, or None when there is none."""
        return self.field.number(self.data)

    def quantity(self, unit: str) -> Quantity | None:
        """The value in a unit of ours, exactly, or None when the record holds none.

        Raises:
            UnitError: it cannot be given in that unit.
        """
        number = self.number
        if number is None:
            return None
        return Quantity(_EXACT.multiply(_EXACT.scaleb(number, self.unit.power), self._one_in(unit)), unit)

    def raw(self, shown: Quantity) -> bytes | None:
        """The data by which this record would say a quantity, or None when it cannot."""
        try:
            value = _EXACT.scaleb(_EXACT.divide(shown.value, self._one_in(shown.unit)), -self.unit.power)
        except (UnitError, DecimalException):
            return None
        return self.field.written(value)

    def _one_in(self, unit: str) -> Decimal:
        """How many of `unit` are one of its own, without blank digits: they would pass for a resolution."""
        factor, here = IN_OUR_UNITS.get(self.unit.unit, (Decimal(1), self.unit.unit))
        return _EXACT.normalize(Quantity(factor, here).to(unit).value)

    def __str__(self) -> str:
        """What it says, for a technician."""
        unit = self.unit
        name = unit.quantity or (f"unknown ({unit.text})" if unit.text else "unknown")
        places = "".join(
            f" {word} {number}"
            for word, number in (
                ("storage", self.storage),
                ("tariff", self.tariff),
                ("subunit", self.subunit),
            )
            if number
        )
        change = "".join(f" vife {code:02X}" for code in unit.vife)
        function = "" if self.function is Function.INSTANTANEOUS else f" {self.function.value}"
        return f"{name}{function}{places}{change}: {self._value()}"

    def _value(self) -> str:
        part = self.data[self.field.first : self.field.last]
        if self.unit.trouble:
            return TROUBLES.get(self.unit.trouble, f"record error {self.unit.trouble:02X}")
        if self.unit.quantity.startswith("date"):
            return date_of(part) or f"invalid ({part.hex()})"
        if text := self.field.text(self.data):
            return repr(text)
        number = self.number
        if number is None:
            return f"no value ({part.hex()})"
        return f"{_EXACT.scaleb(number, self.unit.power):f} {self.unit.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Records:
    """What a telegram holds after its header."""

    all: tuple[Record, ...]
    more: bool = False
    """the meter has another telegram"""


def read_records(data: bytes, at: int) -> Records:
    """Every record from `at` on.

    Raises:
        ShortError: the telegram ends inside a record: nothing of it can be believed.
    """
    records: list[Record] = []
    while at < len(data):
        dif = data[at]
        at += 1
        if dif in (_MAKERS, MORE_FOLLOWS):
            return Records(tuple(records), more=dif == MORE_FOLLOWS)
        if dif == _FILLER:
            continue
        if dif & 0xF == _SPECIAL:
            raise ShortError(f"the data information {dif:02X} is of no known kind")
        record, at = _record(data, dif, at)
        records.append(record)
    return Records(tuple(records))


def _record(data: bytes, dif: int, at: int) -> tuple[Record, int]:
    storage, tariff, subunit = dif >> 6 & 1, 0, 0
    more, count = bool(dif & 0x80), 0
    while more:
        if count == _MOST_DIFE or at >= len(data):
            raise ShortError("the telegram ends inside a record, or it has more than ten DIFE")
        dife = data[at]
        at += 1
        storage |= (dife & 0xF) << 1 + 4 * count
        tariff |= (dife >> 4 & 3) << 2 * count
        subunit |= (dife >> 6 & 1) << count
        more, count = bool(dife & 0x80), count + 1
    if at >= len(data):
        raise ShortError("the telegram ends inside a record")
    unit, at = read_unit(data, at)
    field = field_at(data, at, dif & 0xF)
    function = _FUNCTIONS[dif >> 4 & 3]
    return Record(storage, tariff, subunit, function, unit, field, data), field.last


def fixed_records(data: bytes, at: int) -> Iterator[Record]:
    """The two counters of a fixed data structure; the second one is subunit 1.

    Args:
        data: a telegram whose header ends at `at`: the status, two bytes of units, and the counters.
        at: offset of the status.

    Raises:
        ShortError: the telegram has another length.
    """
    if len(data) - at != 3 + _COUNTERS:
        raise ShortError("a fixed data structure has two counters and nothing else")
    status, first, second = data[at], data[at + 1] & 0x3F, data[at + 2] & 0x3F
    coding = 0x4 if status & 1 else 0xC
    historic = second == _HISTORIC
    storage = status >> 1 & 1
    for subunit, code in enumerate((first, first if historic else second)):
        unit = Unit(*_fixed_unit(code))
        yield Record(
            storage=1 if subunit and historic else storage,
            tariff=0,
            subunit=0 if historic else subunit,
            function=Function.INSTANTANEOUS,
            unit=unit,
            field=Field(coding, at + 3 + 4 * subunit, 4),
            data=data,
        )


def _fixed_unit(code: int) -> tuple[str, str, int]:
    """Quantity, unit and power of ten of a unit of the fixed data structure; empty when it is none."""
    rows = (
        (0x02, 0x0A, "energy", "Wh", 0), (0x0B, 0x13, "energy", "J", 3), (0x14, 0x1C, "power", "W", 0),
        (0x1D, 0x25, "power", "J/h", 3), (0x26, 0x2E, "volume", "m3", -6), (0x2F, 0x37, "flow", "m3/h", -6),
        (0x38, 0x38, "flow_temperature", "°C", -3),
    )  # fmt: skip
    for low, high, quantity, unit, power in rows:
        if low <= code <= high:
            return quantity, unit, power + code - low
    return "", "", 0
