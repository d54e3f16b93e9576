"""The append-only log in the database: leaves, perfect subtrees, signed checkpoints.

Every function works inside the caller's session; an append shares its transaction with the record.
"""

from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from results import merkle
from results.errors import IntegrityError
from results.registry.tables import CheckpointRow, LogRow, NodeRow

_THE_LOG: Final = 1


def locked(session: Session) -> LogRow:
    """Take the turn to append; others wait until this session ends."""
    return session.scalars(select(LogRow).where(LogRow.id == _THE_LOG).with_for_update()).one()


class Stored:
    """The stored subtrees, for the functions of `results.merkle`; none ever changes, so each is read once."""

    def __init__(self, session: Session) -> None:
        """Read nothing yet."""
        self._session = session
        self._digests: dict[tuple[int, int], bytes] = {}

    def read_peaks(self, tree_size: int) -> None:
        """Read in one go what an append to a tree of this size needs."""
        key = tuple_(NodeRow.level, NodeRow.place)
        wanted = key.in_(list(merkle.peaks(tree_size)))
        for row in self._session.execute(select(NodeRow.level, NodeRow.place, NodeRow.digest).where(wanted)):
            self._digests[row.level, row.place] = row.digest

    def add(self, level: int, place: int, digest: bytes) -> None:
        """Store one more."""
        self._session.add(NodeRow(level=level, place=place, digest=digest))
        self._digests[level, place] = digest

    def __call__(self, level: int, place: int) -> bytes:
        """Give the hash of one.

        Raises:
            IntegrityError: it is not there.
        """
        if (level, place) not in self._digests:
            row = self._session.get(NodeRow, (level, place))
            if row is None:
                raise IntegrityError(
                    "registry.node",
                    "The registry's log lacks the hash of level {level}, place {place}.",
                    "Stop the registry and restore its database from the last backup.",
                    level=level,
                    place=place,
                )
            self._digests[level, place] = row.digest
        return self._digests[level, place]


def append(head: LogRow, leaf: bytes, stored: Stored) -> int:
    """Add a leaf and give its index; `head` comes from `locked`."""
    index = head.size
    for level, place, digest in merkle.completed(index, leaf, stored):
        stored.add(level, place, digest)
    head.size = index + 1
    return index


def size(session: Session) -> int:
    """How many leaves the log has."""
    return session.scalars(select(LogRow.size)).one()


def keep_checkpoint(session: Session, tree_size: int, note: str) -> None:
    """Keep the note that went out with the receipt of leaf `tree_size - 1`; of the empty log, its first."""
    session.add(CheckpointRow(size=tree_size, note=note))


def kept_checkpoint(session: Session, tree_size: int) -> str:
    """The note that `keep_checkpoint` kept."""
    return session.scalars(select(CheckpointRow.note).where(CheckpointRow.size == tree_size)).one()


def newest_note(session: Session) -> str | None:
    """The checkpoint that was kept last; None in a log that has never signed one."""
    return session.scalar(select(CheckpointRow.note).order_by(CheckpointRow.size.desc()).limit(1))
