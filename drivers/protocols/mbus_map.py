"""Which records of a meter's telegrams are its quantities, and what must hold before one is believed.

Fail closed: the meter must be of the kind that the file names, its status must not speak against the value,
and exactly one record must be the one that is meant, with nothing that changes its meaning unsaid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from functools import cached_property

from drivers.errors import UnitError
from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.mbus_record import Function, Record
from drivers.protocols.mbus_telegram import MEDIA, Identity, RefusedError, Telegram
from drivers.protocols.mbus_unit import ERROR_FLAGS, TROUBLES
from drivers.reading import Stability

_NO_DATA = 0x15
_OUTSIDE = (0x16, 0x17)
_APPLICATION = {
    1: ("the meter is busy", State.BUSY),
    2: ("the meter reports an application error", State.ERROR),
    3: ("the meter reports an abnormal condition", State.ERROR),
}
_BITS = {
    2: ("the meter's power is low", State.ERROR),
    3: ("the meter reports a permanent error", State.ERROR),
    4: ("the meter reports a temporary error", State.ERROR),
    5: ("the maker's bit 5 of the status is set, which the driver file does not list", State.UNKNOWN_FLAG),
    6: ("the maker's bit 6 of the status is set, which the driver file does not list", State.UNKNOWN_FLAG),
    7: ("the maker's bit 7 of the status is set, which the driver file does not list", State.UNKNOWN_FLAG),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One quantity: the record that holds it, and what it may be."""

    name: str
    quantity: str
    unit: str
    storage: int = 0
    tariff: int = 0
    subunit: int = 0
    function: Function = Function.INSTANTANEOUS
    vife: tuple[int, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None

    def found(self, records: Sequence[Record]) -> list[Record]:
        """The records that say this quantity."""
        return [record for record in records if self._is(record)]

    def _is(self, record: Record) -> bool:
        place = (record.storage, record.tariff, record.subunit, record.function, record.unit.vife)
        return record.unit.quantity == self.quantity and place == (
            self.storage,
            self.tariff,
            self.subunit,
            self.function,
            self.vife,
        )

    def read(self, records: Sequence[Record], frame: bytes) -> Indicated | Refused:
        """The reading, or why there is none."""
        found = self.found(records)
        if len(found) != 1:
            how_many = "no record is" if not found else f"{len(found)} records are"
            return _refused(f"{how_many} {self}", State.NO_VALUE, frame)
        record = found[0]
        if trouble := record.unit.trouble:
            state = State.OUT_OF_RANGE if trouble in _OUTSIDE else State.ERROR
            said = TROUBLES.get(trouble, f"the record error {trouble:02X}")
            return _refused(
                f"the meter says of {self}: {said}", State.NO_VALUE if trouble == _NO_DATA else state, frame
            )
        try:
            shown = record.quantity(self.unit)
        except (UnitError, DecimalException) as mistake:
            return _refused(f"{self}: {mistake}", State.UNKNOWN_UNIT, frame)
        if shown is None:
            return _refused(f"{record} is no number", State.NO_VALUE, frame)
        if (self.least is not None and shown.value < self.least) or (
            self.most is not None and shown.value > self.most
        ):
            reason = f"{shown} lies outside what this instrument can measure"
            return _refused(reason, State.OUT_OF_RANGE, frame)
        return Indicated(indication=shown, stability=Stability.NOT_REPORTED, frame=frame)

    def __str__(self) -> str:
        function = "" if self.function is Function.INSTANTANEOUS else f"{self.function.value} "
        change = "".join(f" vife {code:02X}" for code in self.vife)
        return (
            f"the {function}{self.quantity} of storage {self.storage}, tariff {self.tariff}, "
            f"subunit {self.subunit}{change}"
        )


@dataclass(frozen=True)
class MbusMap:
    """All that is read of one meter."""

    wanted: tuple[Wanted, ...]
    manufacturer: str = ""
    versions: frozenset[int] = frozenset()
    media: frozenset[int] = frozenset()
    ignored_status: frozenset[int] = frozenset()
    """bits of the status that say nothing against a value"""
    ignored_errors: frozenset[int] = frozenset()
    """bits of the maker's error flags that say nothing against a value"""
    telegrams: int = 1
    """how many telegrams are read, while the meter says that more follow"""
    samples: Mapping[State, bytes] = field(default_factory=dict)
    """answers of examples that were refused"""

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The names of all quantities; one empty name where there is only one."""
        return tuple(wanted.name for wanted in self.wanted)

    def read(self, telegrams: Sequence[Telegram], frame: bytes) -> Event:
        """The event in the telegrams of one reading."""
        if refused := self.judged(telegrams):
            return self.refused(refused[1], refused[0], frame)
        records = [record for telegram in telegrams for record in telegram.records]
        if not self.wanted[0].name:
            return self.wanted[0].read(records, frame)
        return Measured(
            values={wanted.name: wanted.read(records, frame) for wanted in self.wanted}, frame=frame
        )

    def refused(self, state: State, reason: str, frame: bytes) -> Event:
        """The event of an answer that gives nothing."""
        refused = _refused(reason, state, frame)
        if not self.wanted[0].name:
            return refused
        return Measured(values=dict.fromkeys(self.channels, refused), frame=frame)

    def judged(self, telegrams: Sequence[Telegram]) -> tuple[str, State] | None:
        """Why nothing of these telegrams may be believed; None when nothing speaks against it."""
        if len({telegram.identity for telegram in telegrams}) > 1:
            return "the telegrams come from two meters", State.ERROR
        if said := self._stranger(telegrams[0].identity):
            return said, State.ERROR
        for telegram in telegrams:
            for refusal in (*self._status(telegram.status), *self._errors(telegram.records)):
                return refusal
        return None

    def _stranger(self, identity: Identity | None) -> str:
        pinned = self.manufacturer or self.versions or self.media
        if identity is None:
            return "the telegram does not say which meter it comes from" if pinned else ""
        if self.manufacturer not in ("", identity.manufacturer):
            return f"the meter is {identity}, and this driver is for the maker {self.manufacturer}"
        if self.versions and identity.version not in self.versions:
            return f"the meter is {identity}, and this driver is for version {sorted(self.versions)}"
        if self.media and identity.medium not in self.media:
            known = ", ".join(MEDIA.get(code, f"{code:02X}") for code in sorted(self.media))
            return f"the meter is {identity}, and this driver is for {known}"
        return ""

    def _status(self, status: int) -> Iterator[tuple[str, State]]:
        if status & 3:
            yield _APPLICATION[status & 3]
        for bit, said in _BITS.items():
            if status >> bit & 1 and bit not in self.ignored_status:
                yield said

    def _errors(self, records: Sequence[Record]) -> Iterator[tuple[str, State]]:
        """What the maker's own error flags say, where the telegram has any."""
        for record in records:
            if record.unit.quantity != ERROR_FLAGS or record.storage:
                continue
            flags = int.from_bytes(record.data[record.field.first : record.field.last], "little")
            for bit in range(flags.bit_length()):
                if flags >> bit & 1 and bit not in self.ignored_errors:
                    said = f"the maker's error flag {bit} is set, which the driver file does not list"
                    yield said, State.UNKNOWN_FLAG


def unread(mistake: RefusedError) -> tuple[State, str]:
    """State and reason of a telegram that could not be read."""
    return State.BUSY if mistake.busy else State.ERROR, str(mistake)


def _refused(reason: str, state: State, frame: bytes) -> Refused:
    return Refused(reason=reason, state=state, frame=frame)
