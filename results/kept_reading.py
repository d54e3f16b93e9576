"""The readings within a journal entry: where each stands, and of which role it is.

Thousands of samples are checked and put into tables, and none of them is computed with: they stay columns of
text. Watched roles stand in the order of their names, because an entry on disk keeps no other order.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from drivers.notation import from_builtins, to_plain
from drivers.quantity import Quantity, known_unit
from drivers.reading import DriverMark, Kind, Origin, Reading, Stability
from procedures.run import Watched
from results.entry import Done, Kept
from results.gathered import Gathered, check_columns, gather, spread

READING_VERBS: Final = frozenset({"settled", "watched"})
"""the effects that take readings"""
_AS_SHOWN: Final = re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,27})?")
"""a number that a Quantity writes just as it stands here"""


class _WrittenQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    unit: str


class WrittenReading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `Reading` as an entry has it: the same fields, its quantities as written."""

    instrument: str
    indication: _WrittenQuantity
    stability: Stability
    kind: Kind = Kind.UNKNOWN
    high_resolution: bool = False
    origin: Origin
    frame: bytes = b""
    driver: DriverMark
    received_at: datetime
    elapsed: float
    channel: str = ""
    wraps_at: _WrittenQuantity | None = None


def _columns() -> Iterator[tuple[str, Any, bool]]:
    """What stands in a column of readings: its name in `Gathered`, of what type, and whether it must."""
    for field in msgspec.structs.fields(WrittenReading):
        within = {"indication": _WrittenQuantity, "driver": DriverMark, "wraps_at": _WrittenQuantity}.get(
            field.name
        )
        if within is None or not field.required:
            yield field.name, field.type, field.required
        if within is not None:
            for inner in msgspec.structs.fields(within):
                yield f"{field.name}.{inner.name}", inner.type, field.required


_SAID: Final = dict.fromkeys(("instrument", "driver.id", "driver.digest", "origin")).keys()
_REQUIRED: Final = {name for name, _, required in _columns() if required}


@cache
def _attribute(column: str) -> str:
    return column.replace(".", "_")


def _form(name: str, of: Callable[[Any], Any]) -> Any:
    """A struct of all columns, each of which may be absent: msgspec remembers how to check a struct."""
    return msgspec.defstruct(
        name,
        [
            (
                _attribute(column),
                of(kind) | msgspec.UnsetType,
                msgspec.field(name=column, default=msgspec.UNSET),
            )
            for column, kind, _ in _columns()
        ],
        frozen=True,
        forbid_unknown_fields=True,
    )


_SAME: Final = _form("Same", lambda kind: kind)
_EACH: Final = _form("Each", list.__class_getitem__)


class Said(NamedTuple):
    """Whose reading it says that it is."""

    name: str
    """of the instrument, in the laboratory file"""
    driver: str
    driver_digest: str
    origin: Origin


class WrittenReadings(msgspec.Struct, frozen=True):
    """Readings as their entry has them, checked: columns of one length, those that tables and checks need."""

    digits: list[str]
    """the value as a Quantity writes it"""
    unit: list[str]
    elapsed_ms: list[int]
    """the run's clock"""
    frame: list[bytes]
    said: list[Said]
    """who says it"""

    def __len__(self) -> int:
        """How many readings."""
        return len(self.digits)


NONE: Final = WrittenReadings([], [], [], [], [])


def written_readings(kept: Kept) -> WrittenReadings:
    """Every sample of an entry, then its reading; none for other effects.

    Raises:
        msgspec.ValidationError: what stands there is no reading.
        ValueError: its columns do not fit one another.
        OverflowError: a time in it is beyond all times.
        UnitError: a quantity in it is none.
    """
    entry = kept.entry
    if not isinstance(entry, Done) or entry.verb not in READING_VERBS:
        return NONE
    samples = entry.samples if isinstance(entry.samples, Gathered) else gather(entry.samples)
    found = _checked(samples) if isinstance(samples, Gathered) else NONE
    if entry.verb == "watched":
        return found
    result = msgspec.convert(entry.result, WrittenReading)
    shown, driver = result.indication, result.driver
    _check_wrap(result.wraps_at)
    return WrittenReadings(
        [*found.digits, digits_of(shown.value, shown.unit)],
        [*found.unit, shown.unit],
        [*found.elapsed_ms, round(result.elapsed * 1000)],
        [*found.frame, result.frame],
        [*found.said, Said(result.instrument, driver.id, driver.digest, result.origin)],
    )


def _checked(readings: Gathered) -> WrittenReadings:
    same, each, steps = readings.same, readings.each, readings.steps_ms
    one, lists = msgspec.convert(same, _SAME), msgspec.convert(each, _EACH)
    times = check_columns(readings)
    if lacking := _REQUIRED - same.keys() - each.keys() - steps.keys():
        raise ValueError(f"a reading lacks its {min(lacking)}")

    def column(name: str) -> list[Any]:
        if name in each:
            return list(getattr(lists, _attribute(name)))
        return [getattr(one, _attribute(name))] * readings.count

    if "wraps_at.value" in same or "wraps_at.value" in each:
        _ = list(map(digits_of, column("wraps_at.value"), column("wraps_at.unit")))
    for wrap in column("wraps_at") if "wraps_at" in each else ():
        _check_wrap(wrap)
    unit = column("indication.unit")
    if {"indication.value", "indication.unit"} & each.keys():
        digits = list(map(digits_of, column("indication.value"), unit))
    else:
        digits = [digits_of(one.indication_value, one.indication_unit)] * readings.count
    if each.keys() & _SAID:
        said = list(map(Said, *(column(name) for name in _SAID)))
    else:
        said = [Said(*(getattr(one, _attribute(name)) for name in _SAID))] * readings.count
    return WrittenReadings(
        digits,
        unit,
        times["elapsed"] if "elapsed" in times else [round(at * 1000) for at in column("elapsed")],
        column("frame") if "frame" in same or "frame" in each else [b""] * readings.count,
        said,
    )


def _check_wrap(wrap: _WrittenQuantity | None) -> None:
    if wrap is not None:
        digits_of(wrap.value, wrap.unit)


@lru_cache(maxsize=4096)
def digits_of(value: str, unit: str) -> str:
    """The value as a Quantity writes it.

    Raises:
        UnitError: it is no quantity.
    """
    if _AS_SHOWN.fullmatch(value) and known_unit(unit):
        return value
    return Quantity(value, unit).digits


def roles_of(entry: Done, count: int) -> list[str]:
    """The role of each of the `count` readings of an entry, in the order in which they are kept."""
    if entry.verb == "settled":
        return [str(entry.arguments.get("role", ""))] * count
    counts = {name: sum(parts.values()) for name, parts in sorted(entry.result.items())}
    roles = [role_of(name) for name, seen in counts.items() for _ in range(seen)]
    if len(roles) > count:
        raise ValueError("it tells of more readings than it has")
    return roles + [""] * (count - len(roles))


def role_of(name: str) -> str:
    """The role in `role:channel`."""
    return name.partition(":")[0]


def keep_watched(seen: Mapping[str, Watched]) -> tuple[dict[str, Any], Gathered | tuple[()]]:
    """What an entry keeps of watched instruments: how many readings of which part, and the readings."""
    counts: dict[str, Any] = {}
    samples: list[dict[str, Any]] = []
    for name, one in sorted(seen.items()):
        start, end = ([part] if part is not None else [] for part in (one.start, one.end))
        counts[name] = {"start": len(start), "during": len(one.during), "end": len(end)}
        samples += [to_plain(reading) for reading in (*start, *one.during, *end)]
    return counts, gather(samples)


def samples_of(entry: Done) -> tuple[Reading, ...]:
    """The samples of an entry, in the order in which they were taken."""
    return tuple(from_builtins(one, Reading) for one in spread(entry.samples))


def watched_of(entry: Done) -> dict[str, Watched]:
    """What `keep_watched` was given."""
    samples = iter(samples_of(entry))

    def take(count: int) -> tuple[Reading, ...]:
        return tuple(next(samples) for _ in range(count))

    seen = {}
    for name, parts in sorted(entry.result.items()):
        start, during, end = (take(parts[part]) for part in ("start", "during", "end"))
        seen[name] = Watched(start=start[0] if start else None, during=during, end=end[0] if end else None)
    return seen
