"""The tables of an evidence file, each a pure function of the run's journal entries.

The entries are the evidence; the tables repeat them in the form that other programs plot and check. A reader
makes them again from the entries and compares, so no table can say anything that the journal does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.point import Conclusion, Point
from results.chain import mark_of, marked_entries
from results.entry import Done, Kept, Reported
from results.kept_reading import WrittenReadings

Table = npt.NDArray[Any]
T = TypeVar("T")

_HASH_BYTES: Final = 32
_POINT_COLUMNS: Final = (
    "section",
    "label",
    "nominal",
    "indication",
    "added",
    "reference",
    "error",
    "corrected_error",
    "uncertainty",
    "outcome",
)


def journal_tables(entries: Sequence[Kept]) -> dict[str, Table]:
    """The journal's rows without the hashes that follow from what stands before them.

    `rows` has one line an entry, with the first four bytes of its hash as a mark; `bodies` their exact bytes,
    one after the other; `before` the whole hash before the first entry and before each one that entries of
    another run precede, 32 bytes each.
    """
    columns: dict[str, Table] = {
        "sequence": np.array([kept.sequence for kept in entries], "<u8"),
        "at": _texts(kept.at.encode() for kept in entries),
        "elapsed_s": np.array([kept.elapsed for kept in entries], "<f8"),
        "length": np.array([len(kept.body) for kept in entries], "<u4"),
        "mark": np.array([mark_of(kept.hash) for kept in entries], "<u4"),
    }
    apart = (
        kept.previous
        for kept, follows in zip(entries, _follow(columns["sequence"]), strict=True)
        if not follows
    )
    return {
        "rows": _joined(columns),
        "bodies": _bytes(b"".join(kept.body for kept in entries)),
        "before": _bytes(bytes.fromhex("".join(apart))),
    }


def journal_entries(run: str, tables: Mapping[str, Table], *, where: str) -> tuple[Kept, ...]:
    """The entries that `journal_tables` was given, each checked by itself.

    Args:
        run: whose they are.
        tables: as `journal_tables` gives them.
        where: the file, for the message.

    Raises:
        ValueError: the tables do not fit one another.
        IntegrityError: an entry is not what was written; the facts name its sequence.
    """
    rows, bodies, before = tables["rows"], tables["bodies"].tobytes(), tables["before"].tobytes()
    follow = _follow(rows["sequence"])
    if int(rows["length"].sum()) != len(bodies) or _HASH_BYTES * follow.count(False) != len(before):
        raise ValueError("the lengths of the entries do not fit their bytes")
    lengths = [0, *accumulate(rows["length"].tolist())]
    apart = (before[place : place + _HASH_BYTES].hex() for place in range(0, len(before), _HASH_BYTES))
    lines = zip(
        rows["sequence"].tolist(),
        (at.decode() for at in rows["at"].tolist()),
        rows["elapsed_s"].tolist(),
        [bodies[start:end] for start, end in pairwise(lengths)],
        ["" if follows else next(apart) for follows in follow],
        rows["mark"].tolist(),
        strict=True,
    )
    return marked_entries(run, lines, where=where)


def _follow(sequences: Table) -> list[bool]:
    """Of each entry, whether it follows on the one before it."""
    return [False, *(np.diff(sequences.astype(np.int64)) == 1).tolist()][: len(sequences)]


def reading_tables(entries: Iterable[Kept], readings: Mapping[int, WrittenReadings]) -> dict[str, Table]:
    """`samples` with one line a reading, and `frames`, their raw bytes one after the other.

    Columns: journal sequence, whether the reading was taken or only belongs to its settling window, the run's
    clock in ms, the digits as shown, the same as a float for plots only, unit, place in `frames`.

    Args:
        entries: of one run.
        readings: the readings of an entry by its sequence, as `written_readings` gives them.
    """
    entry: list[int] = []
    taken: list[int] = []
    rows: list[WrittenReadings] = []
    for kept in entries:
        found = readings.get(kept.sequence)
        if found is None:
            continue
        rows.append(found)
        entry += [kept.sequence] * len(found)
        settled = int(isinstance(kept.entry, Done) and kept.entry.verb == "settled")
        taken += [0] * (len(found) - settled) + [1] * settled
    frames = _all(one.frame for one in rows)
    lengths = np.array(list(map(len, frames)), np.uint64)
    digits, shown = _few(_all(one.digits for one in rows))
    units, counted = _few(_all(one.unit for one in rows))
    columns: dict[str, Table] = {
        "entry": np.array(entry, "<u8"),
        "taken": np.array(taken, "u1"),
        "elapsed_ms": np.array(_all(one.elapsed_ms for one in rows), "<i8"),
        "digits": digits[shown],
        "value": digits.astype("<f8")[shown],
        "unit": units[counted],
        "frame_start": (np.cumsum(lengths) - lengths).astype("<u8"),
        "frame_length": lengths.astype("<u4"),
    }
    return {"samples": _joined(columns), "frames": _bytes(b"".join(frames))}


def point_table(entries: Sequence[Kept], conclusion: Conclusion | None) -> Table:
    """One line a point: those of the conclusion, or those reported when there is none; quantities as text."""
    reported: Sequence[Point] = (
        [from_builtins(kept.entry.point, Point) for kept in entries if isinstance(kept.entry, Reported)]
        if conclusion is None
        else conclusion.points
    )
    columns = {
        name: _texts(_shown(getattr(point, name)) for point in reported) for name in _POINT_COLUMNS
    } | {
        f"tolerance_{side}": _texts(_shown(getattr(point.tolerance, side, None)) for point in reported)
        for side in ("lower", "upper")
    }
    return _joined(columns)


def _all(columns: Iterable[list[T]]) -> list[T]:
    return list(chain.from_iterable(columns))


def _joined(columns: Mapping[str, Table]) -> Table:
    """Columns of one length as one table."""
    length = len(next(iter(columns.values())))
    table: Table = np.zeros(length, [(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        table[name] = column
    return table


def _shown(value: Quantity | str | None) -> bytes:
    return b"" if value is None else str(value).encode()


def _texts(values: Iterable[bytes]) -> Table:
    found = list(values)
    return np.array(found, f"S{max(map(len, found), default=0) or 1}")


def _few(texts: list[str]) -> tuple[Table, Table]:
    """Each different text once, and which of them stands in each line: scales at rest repeat themselves."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    return _texts(map(str.encode, places)), np.fromiter(map(places.__getitem__, texts), np.intp, len(texts))


def _bytes(content: bytes) -> Table:
    return np.frombuffer(content, np.uint8)
