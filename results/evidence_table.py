"""The tables of an evidence file, each a pure function of the run's journal entries.

The entries are the evidence; the tables repeat them in the form that other programs plot and check. A reader
makes them again from the entries and compares, so no table can say anything that the journal does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from procedures.point import Conclusion, Point
from results.entry import Done, Kept, Reported
from results.kept_reading import WrittenReading

Table = npt.NDArray[Any]

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
    """`rows` with one line an entry, and `bodies`, their exact bytes one after the other."""
    rows = [
        (
            kept.sequence,
            kept.at.encode(),
            kept.elapsed,
            len(kept.body),
            np.frombuffer(bytes.fromhex(kept.previous), np.uint8),
            np.frombuffer(bytes.fromhex(kept.hash), np.uint8),
        )
        for kept in entries
    ]
    columns: list[Any] = [
        ("sequence", "<u8"),
        ("at", _text(row[1] for row in rows)),
        ("elapsed_s", "<f8"),
        ("length", "<u4"),
        ("previous", "u1", (32,)),
        ("hash", "u1", (32,)),
    ]
    return {"rows": np.array(rows, columns), "bodies": _bytes(b"".join(kept.body for kept in entries))}


def journal_rows(run: str, tables: dict[str, Table]) -> list[tuple[int, str, str, float, bytes, str, str]]:
    """The rows that `journal_tables` was given, as the journal stores them.

    Raises:
        ValueError: the tables do not fit one another.
    """
    rows, bodies = tables["rows"], tables["bodies"].tobytes()
    if int(rows["length"].sum()) != len(bodies):
        raise ValueError("the lengths of the entries do not fit their bytes")
    found, start = [], 0
    for row in rows:
        end = start + int(row["length"])
        found.append(
            (
                int(row["sequence"]),
                run,
                bytes(row["at"]).decode(),
                float(row["elapsed_s"]),
                bodies[start:end],
                row["previous"].tobytes().hex(),
                row["hash"].tobytes().hex(),
            )
        )
        start = end
    return found


def reading_tables(
    entries: Iterable[Kept], readings: Mapping[int, Sequence[WrittenReading]]
) -> dict[str, Table]:
    """`samples` with one line a reading, and `frames`, their raw bytes one after the other.

    Columns: journal sequence, whether the reading was taken or only belongs to its settling window, the run's
    clock in ms, the digits as shown, the same as a float for plots only, unit, place in `frames`.

    Args:
        entries: of one run.
        readings: the readings of an entry by its sequence, as `written_readings` gives them.
    """
    rows: list[WrittenReading] = []
    entry: list[int] = []
    taken: list[int] = []
    for kept in entries:
        found = readings.get(kept.sequence, ())
        rows += found
        entry += [kept.sequence] * len(found)
        settled = int(isinstance(kept.entry, Done) and kept.entry.verb == "settled")
        taken += [0] * (len(found) - settled) + [1] * (settled if found else 0)
    digits = [row.indication.digits for row in rows]
    lengths = np.array([len(row.frame) for row in rows], np.uint64)
    columns: dict[str, Table] = {
        "entry": np.array(entry, "<u8"),
        "taken": np.array(taken, "u1"),
        "elapsed_ms": np.array([round(row.elapsed * 1000) for row in rows], "<i8"),
        "digits": _texts(text.encode() for text in digits),
        "value": np.array([float(text) for text in digits], "<f8"),
        "unit": _texts(row.indication.unit.encode() for row in rows),
        "frame_start": (np.cumsum(lengths) - lengths).astype("<u8"),
        "frame_length": lengths.astype("<u4"),
    }
    samples: Table = np.zeros(len(rows), [(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        samples[name] = column
    return {"samples": samples, "frames": _bytes(b"".join(row.frame for row in rows))}


def point_table(entries: Sequence[Kept], conclusion: Conclusion | None) -> Table:
    """One line a point: those of the conclusion, or those reported when there is none; quantities as text."""
    points = [from_builtins(kept.entry.point, Point) for kept in entries if isinstance(kept.entry, Reported)]
    reported = points if conclusion is None else conclusion.points
    lines = [
        (
            *(_shown(getattr(point, name)) for name in _POINT_COLUMNS),
            _shown(point.tolerance.lower if point.tolerance else None),
            _shown(point.tolerance.upper if point.tolerance else None),
        )
        for point in reported
    ]
    names = (*_POINT_COLUMNS, "tolerance_lower", "tolerance_upper")
    columns: list[Any] = [(name, _text(line[place] for line in lines)) for place, name in enumerate(names)]
    return np.array(lines, columns)


def _shown(value: Quantity | str | None) -> bytes:
    return b"" if value is None else str(value).encode()


def _texts(values: Iterable[bytes]) -> Table:
    found = list(values)
    return np.array(found, _text(found))


def _text(values: Iterable[bytes]) -> str:
    return f"S{max((len(value) for value in values), default=0) or 1}"


def _bytes(content: bytes) -> Table:
    return np.frombuffer(content, np.uint8)
