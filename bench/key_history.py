"""What the journal knows of the keys that stand here: whether one has signed, and until when it counts.

A key of which the journal knows is never made anew in passing where its files are gone.
"""

from datetime import datetime, timedelta

from bench.errors import LaboratoryError
from bench.keyring import BENCH_KEY, key_file
from bench.laboratory import Folders
from bench.people import Person
from results.entry import BENCH
from results.journal import Journal
from results.key_trail import in_use
from results.keys import check_not_lost
from results.storage import plain_faults


def is_gone(folders: Folders, whose: Person | None, journal: Journal) -> bool:
    """Whether nothing is left of a key that stands here, so that a new one would sign in its place unnoticed.

    Args:
        folders: of the laboratory.
        whose: the person whose key it is; None: the bench's.
        journal: which keys were made and used, and which of them were replaced.
    """
    file = key_file(folders, whose)
    with plain_faults(file):
        if file.exists() or file.with_suffix(".pub").exists():
            return False
    sealed = [run for run in journal.runs() if run.sealed is not None]
    own = {run.run for run in sealed if whose is None or run.begun.officer_id == whose.id}
    return in_use(file.stem, own, journal.entries(BENCH))


def check_not_gone(folders: Folders, whose: Person | None, journal: Journal) -> None:
    """See to it that no key is made in passing where one has signed before; see `is_gone`.

    Raises:
        LaboratoryError: nothing is left of that key.
    """
    if is_gone(folders, whose, journal):
        name = BENCH_KEY if whose is None else whose.id
        raise LaboratoryError(
            "key.gone",
            "Nothing is left of the key of {whose} that stood here: no other was made in its place.",
            "Put both its files, {stem}.pem and {stem}.pub, back from the backup. If they are lost for good, "
            "have a kepala make another one: tera key rotate {whose} --reason TEXT --by ID.",
            whose=name,
            stem=key_file(folders, whose).stem,
        )


def check_can_sign(folders: Folders, person: Person, journal: Journal) -> None:
    """See to it that nobody is asked for the PIN of a key that is gone: none would open it.

    Raises:
        RecordError: only the public half of the person's key is left.
        LaboratoryError: nothing at all is left of it.
        StorageError: the disk refuses.
    """
    check_not_lost(key_file(folders, person))
    check_not_gone(folders, person, journal)


def stem_of(folders: Folders, person: Person | None, journal: Journal) -> str:
    """The name without suffix of the files of a person's key, or of the bench's, that is there or has signed.

    Raises:
        LaboratoryError: there is none, and there was none.
    """
    stem = key_file(folders, person).stem
    there = any((folders.keys / f"{stem}{half}").exists() for half in (".pem", ".pub"))
    if not there and not is_gone(folders, person, journal):
        raise LaboratoryError(
            "key.none",
            "There is no key {key} here.",
            "See the keys with: tera key list.",
            key=stem,
        )
    return stem


def retirement(journal: Journal, now: datetime) -> datetime:
    """When a key that is replaced now ends: after every test so far, however wrong a clock was then."""
    ends = [datetime.fromisoformat(run.ended_at) for run in journal.runs() if run.ended_at]
    return max(now, *(end + timedelta(seconds=1) for end in ends)) if ends else now
