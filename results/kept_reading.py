"""The readings within a journal entry: where each stands, and of which role it is.

Watched roles stand in the order of their names, because an entry on disk keeps no other order.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from drivers.notation import from_builtins, to_plain
from drivers.reading import Reading
from procedures.run import Watched
from results.entry import Done

READING_VERBS: Final = frozenset({"settled", "watched"})
"""the effects that take readings"""


def readings_of(entry: Done) -> Iterator[tuple[str, Any]]:
    """Every reading and sample of an entry as it is kept, each with its role; none for other effects."""
    if entry.verb == "settled":
        role = str(entry.arguments.get("role", ""))
        yield from ((role, one) for one in (*entry.samples, entry.result))
    elif entry.verb == "watched":
        samples = iter(entry.samples)
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
