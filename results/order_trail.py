"""Orders written at the front desk, as the trail tells of them: which, by whom, and what they were before.

An order is a file that anybody can edit; what it said when it was registered, and when a run was begun from
it, is known by its digest.
"""

from collections.abc import Iterable
from typing import Final

from results.entry import Kept, Noted
from results.errors import IntegrityError

REGISTERED: Final = "order_registered"
"""noted before an order is written; facts: order, old, new (digests), why, instrument, owner"""
CHANGED: Final = "order_changed"
"""noted before an order is corrected at the front desk, or a run is begun from one that was edited elsewhere;
facts: order, old, new (digests), why, and of a correction `changes`: each answer with old and new"""
_NEEDED: Final = ("by", "order", "new", "why")


def known_orders(entries: Iterable[Kept]) -> dict[str, str]:
    """The digest of each order as the trail knows it, by the order's name."""
    known: dict[str, str] = {}
    for kept in entries:
        match kept.entry:
            case Noted(what="order_registered" | "order_changed", facts=facts):
                known[str(facts["order"])] = str(facts["new"])
            case _:
                pass
    return known


def check_orders(entries: Iterable[Kept], *, where: str) -> None:
    """Check that the trail of each order says who, what, from what to what and why, and hangs together.

    Raises:
        IntegrityError: an entry lacks one of them, or does not follow on what was known; the facts name its
            sequence.
    """
    known: dict[str, str] = {}
    for kept in entries:
        match kept.entry:
            case Noted(what="order_registered" | "order_changed" as what, facts=facts):
                order = str(facts.get("order", ""))
                follows = facts.get("old") == known.get(order, "") and (what == REGISTERED or order in known)
                if not follows or not all(facts.get(name) for name in _NEEDED):
                    raise IntegrityError(
                        "journal.order_trail",
                        "Entry {sequence} of {where} about order {order} does not follow on what was known.",
                        "Keep the file as it is, and find out who wrote that entry.",
                        sequence=kept.sequence,
                        where=where,
                        order=order or "-",
                    )
                known[order] = str(facts["new"])
            case _:
                pass
