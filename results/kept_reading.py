"""The readings within a journal entry: where each stands, and of which role it is.

Watched roles stand in the order of their names, because an entry on disk keeps no other order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from drivers.notation import from_builtins, to_plain
from drivers.quantity import Quantity, known_unit
from drivers.reading import DriverMark, Kind, Origin, Reading, Stability
from procedures.run import Watched
from results.entry import Done, Kept

READING_VERBS: Final = frozenset({"settled", "watched"})
"""the effects that take readings"""
_AS_SHOWN: Final = re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,27})?")
"""a number that a Quantity writes just as it stands here"""
T = TypeVar("T")


class WrittenQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity as it is written, not yet a number."""

    value: str
    unit: str

    @property
    def digits(self) -> str:
        """The value as a Quantity writes it.

        Raises:
            UnitError: it is no quantity.
        """
        if _AS_SHOWN.fullmatch(self.value) and known_unit(self.unit):
            return self.value
        return f"{Quantity(self.value, self.unit).value:f}"


class WrittenReading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `Reading` as an entry has it: the same fields, its quantities as written.

    Thousands of samples are checked and put into tables, and none of them is computed with.
    """

    instrument: str
    indication: WrittenQuantity
    stability: Stability
    kind: Kind = Kind.UNKNOWN
    high_resolution: bool = False
    origin: Origin
    frame: bytes = b""
    driver: DriverMark
    received_at: datetime
    elapsed: float
    channel: str = ""
    wraps_at: WrittenQuantity | None = None


class _Effect(msgspec.Struct, frozen=True, kw_only=True):
    samples: tuple[WrittenReading, ...] = ()


class _Settled(_Effect, frozen=True, kw_only=True):
    result: WrittenReading


_EFFECT: Final = msgspec.json.Decoder(_Effect)
_SETTLED: Final = msgspec.json.Decoder(_Settled)


def written_readings(kept: Kept) -> tuple[WrittenReading, ...]:
    """Every sample of an entry, then its reading, straight from its bytes; none for other effects.

    Raises:
        msgspec.ValidationError: what stands there is no reading.
        UnitError: a quantity in it is none.
    """
    entry = kept.entry
    if not isinstance(entry, Done) or entry.verb not in READING_VERBS:
        return ()
    if entry.verb == "settled":
        found = _SETTLED.decode(kept.body)
        readings = (*found.samples, found.result)
    else:
        readings = _EFFECT.decode(kept.body).samples
    for reading in readings:
        if reading.wraps_at is not None:
            _ = reading.wraps_at.digits
    return readings


def readings_of(entry: Done, readings: Sequence[T]) -> Iterator[tuple[str, T]]:
    """The readings and samples of an entry, in the order in which they are kept, each with its role."""
    if entry.verb == "settled":
        role = str(entry.arguments.get("role", ""))
        yield from ((role, one) for one in readings)
    elif entry.verb == "watched":
        samples = iter(readings)
        for name, parts in sorted(entry.result.items()):
            for _ in range(sum(parts.values())):
                yield role_of(name), next(samples)
        yield from (("", left) for left in samples)


def role_of(name: str) -> str:
    """The role in `role:channel`."""
    return name.partition(":")[0]


def keep_watched(seen: Mapping[str, Watched]) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    """What an entry keeps of watched instruments: how many readings of which part, and the readings."""
    counts: dict[str, Any] = {}
    samples: list[dict[str, Any]] = []
    for name, one in sorted(seen.items()):
        start, end = ([part] if part is not None else [] for part in (one.start, one.end))
        counts[name] = {"start": len(start), "during": len(one.during), "end": len(end)}
        samples += [to_plain(reading) for reading in (*start, *one.during, *end)]
    return counts, tuple(samples)


def watched_of(entry: Done) -> dict[str, Watched]:
    """What `keep_watched` was given."""
    samples = iter(entry.samples)

    def take(count: int) -> tuple[Reading, ...]:
        return tuple(from_builtins(next(samples), Reading) for _ in range(count))

    seen = {}
    for name, parts in sorted(entry.result.items()):
        start, during, end = (take(parts[part]) for part in ("start", "during", "end"))
        seen[name] = Watched(start=start[0] if start else None, during=during, end=end[0] if end else None)
    return seen
