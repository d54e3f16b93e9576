"""The tables of an evidence file, each a pure function of the run's journal entries.

The entries are the evidence; the tables repeat them in the form that other programs plot and check. A reader
makes them again from the entries and compares, so no table can say anything that the journal does not.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from drivers.notation import from_builtins
from drivers.quantity import Quantity
from drivers.reading import Reading
from procedures.point import Conclusion, Point
from results.entry import Concluded, Done, Kept, Reported
from results.kept_reading import READING_VERBS

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


def reading_tables(entries: Iterable[Kept]) -> dict[str, Table]:
    """`samples` with one line a reading, and `frames`, their raw bytes one after the other.

    Columns: journal sequence, whether the reading was taken or only belongs to its settling window, the run's
    clock in ms, the digits as shown, the same as a float for plots only, unit, place in `frames`.
    """
    lines: list[tuple[Any, ...]] = []
    frames = bytearray()
    for kept in entries:
        if not isinstance(kept.entry, Done) or kept.entry.verb not in READING_VERBS:
            continue
        taken_one = (kept.entry.result,) if kept.entry.verb == "settled" else ()
        for taken, content in ((0, kept.entry.samples), (1, taken_one)):
            for reading in (from_builtins(one, Reading) for one in content):
                value = reading.indication.value
                lines.append(
                    (
                        kept.sequence,
                        taken,
                        round(reading.elapsed * 1000),
                        f"{value:f}".encode(),
                        float(value),
                        reading.indication.unit.encode(),
                        len(frames),
                        len(reading.frame),
                    )
                )
                frames += reading.frame
    columns: list[Any] = [
        ("entry", "<u8"),
        ("taken", "u1"),
        ("elapsed_ms", "<i8"),
        ("digits", _text(line[3] for line in lines)),
        ("value", "<f8"),
        ("unit", _text(line[5] for line in lines)),
        ("frame_start", "<u8"),
        ("frame_length", "<u4"),
    ]
    return {"samples": np.array(lines, columns), "frames": _bytes(bytes(frames))}


def point_table(entries: Iterable[Kept]) -> Table:
    """One line a point: those of the conclusion, or those reported when there is none; quantities as text."""
    reported: list[Point] = []
    for kept in entries:
        match kept.entry:
            case Concluded(conclusion=conclusion):
                reported = list(from_builtins(conclusion, Conclusion).points)
            case Reported(point=point):
                reported.append(from_builtins(point, Point))
            case _:
                pass
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


def _text(values: Iterable[bytes]) -> str:
    return f"S{max((len(value) for value in values), default=0) or 1}"


def _bytes(content: bytes) -> Table:
    return np.frombuffer(content, np.uint8)
