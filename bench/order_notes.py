"""Notes of orders in the trail: who registered which instrument, and that an order was changed since."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from bench.trail import Trail
from procedures.assignment import Assignment
from results.order_trail import CHANGED, REGISTERED
from results.storage import plain_faults


def note_registered(trail: Trail, order: Assignment, name: str, content: bytes) -> None:
    """Keep who registers which instrument for whom, before the order is written.

    Raises:
        StorageError: it is not kept, so the order must not be written.
    """
    identity = order.identity
    trail.note(
        REGISTERED,
        order=name,
        old=trail.order(name) or "",
        new=sha256(content).hexdigest(),
        why=f"order {order.order}" if order.order else "at the front desk",
        activity=order.activity.value,
        instrument=" ".join(
            part for part in (order.kind, identity.maker, identity.model, identity.serial) if part
        ),
        owner=order.owner.name,
    )


def note_corrected(
    trail: Trail, name: str, content: bytes, *, old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """Keep who puts right what in a registered order, before it is written.

    Args:
        trail: of the bench.
        name: of the order.
        content: of its file as it will be.
        old: the answers that it was made of.
        new: the answers to the same questions now.

    Raises:
        StorageError: it is not kept, so the order must not be written.
    """
    trail.note(
        CHANGED,
        order=name,
        old=trail.order(name),
        new=sha256(content).hexdigest(),
        why="corrected at the front desk",
        changes={asked: {"old": was, "new": new[asked]} for asked, was in old.items() if was != new[asked]},
    )


def note_changed(trail: Trail, file: Path) -> None:
    """Keep that a registered order is not as it was, before a run is begun from it.

    An order that was never registered here is somebody's own file; the run keeps all that it says.

    Raises:
        StorageError: the file cannot be read, or it is not kept.
    """
    known = trail.order(file.stem)
    if known is None:
        return
    with plain_faults(file):
        digest = sha256(file.read_bytes()).hexdigest()
    if digest != known:
        trail.note(CHANGED, order=file.stem, old=known, new=digest, why="edited outside of the program")
