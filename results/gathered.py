"""Readings written column by column: what they share stands once, what differs stands as a list.

The samples of one effect say nearly the same words hundreds of times, and their times go on by nearly equal
steps. In columns and steps a run's journal is a tenth as large, and so is the work of everyone who reads it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise, repeat
from typing import Annotated, Any, Final

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
"""no effect takes a million readings; a made-up file must not fill the memory by claiming so"""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


class Gathered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plain objects of one form, in their order; a field of a field is named with a dot: `driver.id`."""

    count: Count
    same: dict[str, Any]
    """by field: what all of them have"""
    each: dict[str, list[Any]] = {}
    """by field: what each of them has"""
    steps_ms: dict[str, list[int]] = {}
    """by field that is a time in whole milliseconds: the first, and how much later each next one is"""


def gather(plain: Collection[dict[str, Any]]) -> "Gathered | tuple[()]":
    """Write objects of the same fields as columns; nothing for none.

    Raises:
        ValueError: one of them has other fields.
    """
    if not plain:
        return ()
    first = next(iter(plain))
    if any(one.keys() != first.keys() for one in plain):
        raise ValueError("samples of one effect have different fields")
    same: dict[str, Any] = {}
    each: dict[str, list[Any]] = {}
    steps: dict[str, list[int]] = {}
    for name, column in _columns(plain, first):
        if column.count(column[0]) == len(column):
            same[name] = column[0]
        elif name in TIMES and (found := _steps(name, column)):
            steps[name] = found
        else:
            each[name] = column
    return Gathered(count=len(plain), same=same, each=each, steps_ms=steps)


def spread(kept: "Gathered | Sequence[dict[str, Any]]") -> tuple[dict[str, Any], ...]:
    """The objects that `gather` was given; older journals have them one by one.

    Raises:
        ValueError: a column is longer or shorter than the count.
        OverflowError: a time is beyond all times.
    """
    if not isinstance(kept, Gathered):
        return tuple(kept)
    check_lengths(kept)
    columns: dict[str, Iterable[Any]] = {name: repeat(value, kept.count) for name, value in kept.same.items()}
    columns |= kept.each | {name: times(kept, name) for name in kept.steps_ms}
    return tuple(_lines(_nested(columns))) if columns else ({},) * kept.count


def times(kept: Gathered, name: str) -> list[Any]:
    """A column that is kept in steps, as its readings have it.

    Raises:
        ValueError: no such column may be kept in steps.
        OverflowError: a time is beyond all times.
    """
    return _time(name)[1](milliseconds(kept, name))


def milliseconds(kept: Gathered, name: str) -> list[int]:
    """A column that is kept in steps, as it was counted: `elapsed` on the run's clock."""
    return list(accumulate(kept.steps_ms[name]))


def check_columns(kept: Gathered) -> dict[str, list[int]]:
    """Check that every column stands there once and has a line for each object, and that its times are times.

    Returns:
        The columns that are kept in steps, as they were counted.

    Raises:
        ValueError: one has not, or may not be kept in steps.
        OverflowError: a time is beyond all times.
    """
    check_lengths(kept)
    found = {name: milliseconds(kept, name) for name in kept.steps_ms}
    for name, counted in found.items():
        _time(name)[1]([min(counted), max(counted)])
    return found


def check_lengths(kept: Gathered) -> None:
    """Check that every column stands there once and has a line for each object.

    Raises:
        ValueError: one does not.
    """
    if {kept.count, *map(len, kept.each.values()), *map(len, kept.steps_ms.values())} != {kept.count}:
        raise ValueError("a column of samples has another length than the others")
    if kept.same.keys() & kept.each.keys() or (kept.same.keys() | kept.each.keys()) & kept.steps_ms.keys():
        raise ValueError("a column of samples stands there twice")


def _steps(name: str, column: list[Any]) -> list[int]:
    """The column in steps; nothing when it is not exactly in whole milliseconds."""
    read, written = _time(name)
    found = read(column)
    if written(found) != column:
        return []
    return [found[0], *(after - before for before, after in pairwise(found))]


_Read = Callable[[list[Any]], list[int]]
_Written = Callable[[list[int]], list[Any]]


def _time(name: str) -> tuple[_Read, _Written]:
    if name not in TIMES:
        raise ValueError(f"{name} is no time that is kept in steps")
    return TIMES[name]


def _clock_counted(seconds: list[float]) -> list[int]:
    return [round(at * 1000) for at in seconds]


def _clock_written(counted: list[int]) -> list[float]:
    return [ms / 1000 for ms in counted]


def _day_counted(written: list[str]) -> list[int]:
    return [(datetime.fromisoformat(at) - _EPOCH) // _MS for at in written]


def _day_written(counted: list[int]) -> list[str]:
    return [msgspec.to_builtins(_EPOCH + ms * _MS) for ms in counted]


TIMES: Final[dict[str, tuple[_Read, _Written]]] = {
    "elapsed": (_clock_counted, _clock_written),
    "received_at": (_day_counted, _day_written),
}
"""the times of a reading: how they are counted in milliseconds, and written"""


def _columns(plain: Collection[dict[str, Any]], first: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    for name, value in first.items():
        column = [one[name] for one in plain]
        inner = value.keys() if isinstance(value, dict) else ()
        # a counter beside an instrument that counts nothing: only one of them has something inside
        if inner and all(isinstance(found, dict) and found.keys() == inner for found in column):
            yield from ((f"{name}.{part}", [found[part] for found in column]) for part in inner)
        else:
            yield name, column


def _nested(columns: dict[str, Iterable[Any]]) -> dict[str, Iterable[Any]]:
    """The columns of fields within a field as one column of objects."""
    nested: dict[str, Any] = {}
    for name, column in columns.items():
        outer, dot, inner = name.partition(".")
        if dot:
            nested.setdefault(outer, {})[inner] = column
        else:
            nested[name] = column
    return {name: _lines(found) if isinstance(found, dict) else found for name, found in nested.items()}


def _lines(columns: dict[str, Iterable[Any]]) -> Iterator[dict[str, Any]]:
    return (dict(zip(columns, line, strict=True)) for line in zip(*columns.values(), strict=True))
