"""What a log is from its first checkpoint on: of training or not, and the only one its key ever begins."""

from pathlib import Path

from results import merkle
from results.errors import RecordError
from results.registry import checkpoint, log
from results.registry.checkpoint import Checkpoint
from results.registry.database import Database
from results.registry.settings import Settings
from results.storage import write_once


def check_kind(database: Database, settings: Settings) -> None:
    """See to it that a log goes on under the name it began with; an empty one begins, once.

    Raises:
        RecordError: its checkpoints bear another name: the log is one of training, or is not. Or it is empty,
            and this register has begun before.
        StorageError: the disk refuses to keep that it has begun.
    """
    with database.reading() as session:
        note = log.newest_note(session)
    begun = settings.begun
    if note is None:
        if begun is not None and begun.exists():
            raise _lost(begun)
        with database.writing() as session:
            log.locked(session)
            note = log.newest_note(session)  # by now another process can have begun it
            if note is None:
                empty = Checkpoint(settings.origin, 0, merkle.EMPTY_ROOT, settings.clock.utc())
                note = checkpoint.sign(empty, settings.key)
                log.keep_checkpoint(session, 0, note)
    if checkpoint.named_in(note) != settings.origin:
        raise _of_another_kind(training=settings.training)
    if begun is not None:
        write_once(begun, f"{settings.origin}\n".encode())


def _lost(begun: Path) -> RecordError:
    return RecordError(
        "registry.log_lost",
        "The register's database is empty, and {file} says that its log has begun: no other was begun.",
        "Name its database with --database, or put it back from the backup. If it is lost for good, this log "
        "cannot go on: keep its folder, begin another one with --folder, and give its key to every bench: "
        "`tera registry key`.",
        file=str(begun),
    )


def _of_another_kind(*, training: bool) -> RecordError:
    if training:
        return RecordError(
            "registry.no_training",
            "This register is not one of training.",
            "Leave out --training, or name the folder of a training register with --folder.",
        )
    return RecordError(
        "registry.of_training",
        "This register is one of training.",
        "Add --training, or name the folder of another register with --folder.",
    )
