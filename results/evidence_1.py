"""The journal within evidence files of format 1, in which every entry stood with both of its hashes."""

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from results.chain import checked_entry
from results.entry import Kept


def journal_entries(run: str, tables: Mapping[str, npt.NDArray[Any]], *, where: str) -> tuple[Kept, ...]:
    """The entries, each checked by itself.

    Args:
        run: whose they are.
        tables: `rows` and `bodies`.
        where: the file, for the message.

    Raises:
        ValueError: the tables do not fit one another.
        IntegrityError: an entry is not what was written; the facts name its sequence.
    """
    rows, bodies = tables["rows"], tables["bodies"].tobytes()
    if int(rows["length"].sum()) != len(bodies):
        raise ValueError("the lengths of the entries do not fit their bytes")
    found, start = [], 0
    for row in rows:
        end = start + int(row["length"])
        at, elapsed = bytes(row["at"]).decode(), float(row["elapsed_s"])
        previous, own = row["previous"].tobytes().hex(), row["hash"].tobytes().hex()
        content = (int(row["sequence"]), run, at, elapsed, bodies[start:end], previous, own)
        found.append(checked_entry(content, where=where))
        start = end
    return tuple(found)
