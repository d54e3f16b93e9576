"""`tera key`: the keys that seal at this bench: see them, make, replace and revoke them.

Each change stands in the audit trail before it is done.
"""

import getpass
import os
import sys
from argparse import Namespace
from datetime import datetime

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.errors import LaboratoryError
from bench.keyring import BENCH_KEY, bench_key, named_key, officer_key, public_text, retire, revoke
from bench.labels import Labels
from bench.laboratory import Folders, Laboratory, load
from bench.people import Person
from bench.trail import Trail
from drivers.clock import SystemClock
from results.journal import Journal
from results.keys import FileKey, read_trusted_keys


def show(options: Namespace) -> int:
    """The keys that are trusted here, with whose each is and from when on it counts no more."""
    keys = read_trusted_keys(Folders(options.lab).keys)
    rows: list[tuple[str, ...]] = []
    for keyid, key in keys.items():
        whose, revoked = key.person or BENCH_KEY, key.revoked.isoformat() if key.revoked else ""
        if options.json:
            emit({"key": keyid, "whose": whose, "revoked": revoked or None})
        rows.append((keyid[:16], whose, revoked))
    if not options.json:
        table(rows)
    return ExitCode.DONE


def new(options: Namespace) -> int:
    """Make the key of the bench or of a person before it is first needed."""
    folders, laboratory = _open(options)
    with Journal(folders.journal) as journal:
        made = _make(options, folders, laboratory, Trail.of(laboratory, journal, SystemClock()), "key_made")
    _tell(options, made)
    return ExitCode.DONE


def rotate(options: Namespace) -> int:
    """Replace a key; what the old one signed stays valid, and it signs nothing more."""
    folders, laboratory = _open(options)
    stem = BENCH_KEY if options.whose == BENCH_KEY else f"officer-{_person(laboratory, options.whose).id}"
    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, SystemClock())
        pin = _pin(options, laboratory)  # asked before anything is destroyed
        trail.note("key_rotated", whose=options.whose, reason=options.reason)
        retire(folders, stem, SystemClock().utc().astimezone())
        made = _make(options, folders, laboratory, trail, "key_made", pin=pin)
    _tell(options, made)
    return ExitCode.DONE


def withdraw(options: Namespace) -> int:
    """Revoke a key that may be in wrong hands: nothing counts that it signed from then on."""
    folders, laboratory = _open(options)
    now = SystemClock().utc().astimezone()
    since = _moment(options.since, now) if options.since is not None else now
    _, keyid = named_key(folders, options.key)
    with Journal(folders.journal) as journal:
        Trail.of(laboratory, journal, SystemClock()).note(
            "key_revoked", key=keyid, since=since.isoformat(), reason=options.reason
        )
        say(str(revoke(folders, keyid, since, options.reason)))
    return ExitCode.DONE


def _open(options: Namespace) -> tuple[Folders, Laboratory]:
    laboratory, folders = load(options.lab), Folders(options.lab)
    folders.make()
    return folders, laboratory if options.officer is None else laboratory.seated(options.officer)


def _make(
    options: Namespace,
    folders: Folders,
    laboratory: Laboratory,
    trail: Trail,
    what: str,
    *,
    pin: str | None = None,
) -> FileKey:
    pin = _pin(options, laboratory) if pin is None else pin
    if options.whose == BENCH_KEY:
        key = bench_key(folders)
    else:
        key = officer_key(folders, _person(laboratory, options.whose), pin, now=SystemClock().utc())
    trail.note(what, whose=options.whose, key=key.keyid)
    return key


def _pin(options: Namespace, laboratory: Laboratory) -> str:
    """The PIN of a person who has one: from TERA_PIN, or asked twice, for nobody can find it again."""
    if options.whose == BENCH_KEY or not _person(laboratory, options.whose).pin:
        return ""
    if (given := os.environ.get("TERA_PIN")) is not None or not sys.stdin.isatty():
        return given or ""
    labels = Labels(options.lang)
    first, second = (getpass.getpass(f"{labels.text(f'command.{ask}')}: ") for ask in ("pin", "pin_again"))
    if first != second:
        raise LaboratoryError(
            "key.pin_differs", "The two PINs differ; no key was made.", "Type the same PIN twice."
        )
    return first


def _person(laboratory: Laboratory, whose: str) -> Person:
    for person in laboratory.person:
        if person.id == whose:
            return person
    raise LaboratoryError(
        "key.whose",
        "Nobody here is called {who}.",
        "Write bench, or the id of a person in laboratory.toml: {known}.",
        who=whose,
        known=", ".join(person.id for person in laboratory.person),
    )


def _moment(text: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise LaboratoryError(
            "usage.time",
            "{text} is no time.",
            "Write a day or a time as in 2026-11-21 or 2026-11-21T10:00:00+07:00.",
            text=text,
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=now.tzinfo)


def _tell(options: Namespace, key: FileKey) -> None:
    labels = Labels(options.lang)
    say(f"{options.whose}  {key.keyid[:16]}  {public_text(key)}")
    say(f"▲ {labels.text('command.key_enrol')}")
