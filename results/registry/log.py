"""The append-only log in the database: leaves, perfect subtrees, signed checkpoints.

Every function works inside the caller's session; an append shares its transaction with the record.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from results import merkle
from results.errors import IntegrityError
from results.registry.tables import CheckpointRow, LogRow, NodeRow

_THE_LOG: Final = 1


def locked(session: Session) -> LogRow:
    """Take the turn to append; others wait until this session ends."""
    return session.scalars(select(LogRow).where(LogRow.id == _THE_LOG).with_for_update()).one()


def append(session: Session, head: LogRow, leaf: bytes) -> int:
    """Add a leaf and give its index; `head` comes from `locked`."""
    index = head.size
    for level, place, digest in merkle.completed(index, leaf, subtree(session)):
        session.add(NodeRow(level=level, place=place, digest=digest))
    head.size = index + 1
    session.flush()
    return index


def size(session: Session) -> int:
    """How many leaves the log has."""
    return session.scalars(select(LogRow.size)).one()


def subtree(session: Session) -> merkle.Subtree:
    """The stored subtrees, for the functions of `results.merkle`."""

    def stored(level: int, place: int) -> bytes:
        row = session.get(NodeRow, (level, place))
        if row is None:
            raise IntegrityError(
                "registry.node",
                "The registry's log lacks the hash of level {level}, place {place}.",
                "Stop the registry and restore its database from the last backup.",
                level=level,
                place=place,
            )
        return row.digest

    return stored


def keep_checkpoint(session: Session, tree_size: int, note: str) -> None:
    """Keep the note that went out with the receipt of leaf `tree_size - 1`."""
    session.add(CheckpointRow(size=tree_size, note=note))


def kept_checkpoint(session: Session, tree_size: int) -> str:
    """The note that `keep_checkpoint` kept."""
    return session.scalars(select(CheckpointRow.note).where(CheckpointRow.size == tree_size)).one()
