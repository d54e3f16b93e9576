"""Whether a log is one of training: it says so in the name that its first checkpoint bears, for ever."""

from results import merkle
from results.errors import RecordError
from results.registry import checkpoint, log
from results.registry.checkpoint import Checkpoint
from results.registry.database import Database
from results.registry.settings import Settings


def check_kind(database: Database, settings: Settings) -> None:
    """See to it that a log goes on under the name it began with; an empty one begins.

    Raises:
        RecordError: its checkpoints bear another name: the log is one of training, or is not.
    """
    with database.reading() as session:
        note = log.newest_note(session)
    if note is None:
        with database.writing() as session:
            log.locked(session)
            note = log.newest_note(session)  # by now another process can have begun it
            if note is None:
                empty = Checkpoint(settings.origin, 0, merkle.EMPTY_ROOT, settings.clock.utc())
                note = checkpoint.sign(empty, settings.key)
                log.keep_checkpoint(session, 0, note)
    if checkpoint.named_in(note) != settings.origin:
        raise _of_another_kind(training=settings.training)


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
