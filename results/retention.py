"""How long evidence stays, and what the journal tells of its copies: which were read again, what was let go.

Only the evidence file is let go: record, paper, receipt and every entry of the journal stay for good. A copy
counts from the moment at which all of it was read again and found sound, until it is found otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from results.entry import Kept, Noted

COPY_CHECKED: Final = "copy_checked"
"""noted when all of a copy was read again; facts: place, manifest, made_at, entries, disks, sound"""
RELEASED: Final = "evidence_released"
"""noted before the first file goes; facts: by, reason, records (digests), copies (manifests),
`without` (which of the copies do not hold a record), years, rule"""
REMOVED: Final = "evidence_removed"
"""noted when the last of them is gone; facts: records"""
RETURNED: Final = "evidence_returned"
"""noted when a file was put back; facts: record, place"""
LEAST_DISKS: Final = 2
"""requirement L8: nothing is let go before its retention and two verified copies"""


@dataclass(frozen=True, kw_only=True)
class CheckedCopy:
    """A copy of which all was read again and found sound."""

    place: str
    """where it was then"""
    manifest: str
    """SHA-256 of its manifest, by which it is known wherever it is"""
    made_at: str
    checked_at: str
    entries: int
    """how far into the journal it goes"""
    disks: frozenset[str]
    """see `results.disk`"""


@dataclass(frozen=True, kw_only=True)
class Released:
    """Evidence that is not here any more because it was let go."""

    number: str
    digest: str
    """SHA-256 of the evidence file"""
    at: str
    person: str
    reason: str
    copies: dict[str, str]
    """manifests of the copies that were read again at that moment, by their places"""
    sequence: int
    done: bool = False
    """the file is gone; else the power may have failed before it was"""
    returned: int | None = None
    """sequence of the entry that says that it was put back"""


def checked_copies(entries: Iterable[Kept]) -> list[CheckedCopy]:
    """The copies that count, the last one found sound last."""
    found: list[CheckedCopy] = []
    for kept in entries:
        match kept.entry:
            case Noted(what="copy_checked", facts=facts):
                copy = CheckedCopy(
                    place=str(facts["place"]),
                    manifest=str(facts["manifest"]),
                    made_at=str(facts["made_at"]),
                    checked_at=kept.at,
                    entries=int(facts["entries"]),
                    disks=frozenset(facts["disks"]),
                )
                found = [one for one in found if not _same(one, copy)]
                if facts["sound"]:
                    found.append(copy)
            case _:
                pass
    return found


def _same(one: CheckedCopy, other: CheckedCopy) -> bool:
    return one.place == other.place or (one.manifest, one.disks) == (other.manifest, other.disks)


def releases(entries: Iterable[Kept]) -> dict[str, list[Released]]:
    """By number, each time that its evidence was let go, the last one last."""
    found: dict[str, list[Released]] = {}
    for kept in entries:
        match kept.entry:
            case Noted(what="evidence_released", facts=facts):
                without = facts.get("without", {})
                for number, digest in facts["records"].items():
                    lacking = without.get(number, ())
                    found.setdefault(number, []).append(
                        Released(
                            number=number,
                            digest=digest,
                            at=kept.at,
                            person=str(facts["by"]),
                            reason=str(facts["reason"]),
                            copies={at: one for at, one in facts["copies"].items() if at not in lacking},
                            sequence=kept.sequence,
                        )
                    )
            case Noted(what="evidence_removed", facts=facts):
                for number in facts["records"]:
                    found[number][-1] = replace(found[number][-1], done=True)
            case Noted(what="evidence_returned", facts=facts):
                times = found[str(facts["record"])]
                times[-1] = replace(times[-1], returned=kept.sequence)
            case _:
                pass
    return found


def released(entries: Iterable[Kept]) -> dict[str, Released]:
    """By number, whose evidence was let go and not put back."""
    return {number: times[-1] for number, times in releases(entries).items() if times[-1].returned is None}


def holding(copies: Iterable[CheckedCopy], sealed: int, times: Sequence[Released]) -> list[CheckedCopy]:
    """The copies that hold the evidence of one record.

    Args:
        copies: those that count.
        sealed: sequence of the entry that sealed it.
        times: when it was let go and put back; a copy made in between has it not.
    """
    return [
        copy
        for copy in copies
        if sealed <= copy.entries
        and not any(
            one.sequence <= copy.entries and (one.returned is None or copy.entries < one.returned)
            for one in times
        )
    ]


def disks_apart(held: Sequence[frozenset[str]]) -> int:
    """On how many disks that do not break together some copies lie; one that lies on none counts for nothing.

    >>> disks_apart([frozenset({"a"}), frozenset({"a", "b"}), frozenset({"c"}), frozenset()])
    2
    """
    groups: list[frozenset[str]] = []
    for disks in held:
        if disks:
            touching = [group for group in groups if group & disks]
            groups = [group for group in groups if group not in touching]
            groups.append(disks.union(*touching))
    return len(groups)


def kept_until(since: date, years: int) -> date:
    """The first day on which evidence may go.

    >>> kept_until(date(2024, 2, 29), 1)
    datetime.date(2025, 3, 1)
    """
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return date(since.year + years, 3, 1)
