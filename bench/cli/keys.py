"""`tera key`: the keys that seal at this bench: see them, make, replace and revoke them.

Each change stands in the audit trail before it is done.
"""

import getpass
import os
import sys
from argparse import Namespace
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.cli.typed_pin import typed_pin
from bench.errors import LaboratoryError
from bench.key_changes import signed_since, whoever_shows
from bench.key_history import check_not_gone, retirement, stem_of
from bench.keyring import (
    BENCH_KEY,
    bench_key,
    check_new_pin,
    check_not_revoked,
    check_signs,
    named_key,
    officer_key,
    public_text,
    revoke,
)
from bench.labels import Labels
from bench.laboratory import FILE_NAME, Folders, Laboratory, load
from bench.legible import check_legible
from bench.people import Person
from bench.proving import proof
from bench.trail import Trail
from drivers.clock import SystemClock
from results.certificate.words import zone_name
from results.errors import RecordError
from results.journal import Journal
from results.key_rotation import prepare, retire
from results.keys import FileKey, keyid_of, read_public, read_trusted_keys


def show(options: Namespace) -> int:
    """The keys that are trusted here, with whose each is and from when on it counts no more."""
    labels, keys = Labels(options.lang), read_trusted_keys(Folders(options.lab).keys)
    office = ZoneInfo(load(options.lab).office.time_zone) if (options.lab / FILE_NAME).exists() else None
    rows: list[tuple[str, ...]] = []
    for keyid, key in keys.items():
        whose = key.person or BENCH_KEY
        ended = {"revoked": key.revoked, "replaced": key.retired}
        if options.json:
            emit({"key": keyid, "whose": whose} | {name: at and at.isoformat() for name, at in ended.items()})
        told = (
            f"{labels.word('key_state', name)} {_written(labels, at.astimezone(office))}"
            for name, at in ended.items()
            if at
        )
        rows.append((keyid[:16], whose, ", ".join(told)))
    if not options.json:
        table(rows)
    return ExitCode.DONE


def _written(labels: Labels, at: datetime) -> str:
    return f"{labels.moment(at)} {zone_name(at)}"


def new(options: Namespace) -> int:
    """Make the key of the bench or of a person before it is first needed."""
    folders, laboratory = _open(options)
    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, SystemClock())
        person = None if options.whose == BENCH_KEY else _person(laboratory, options.whose)
        check_not_gone(folders, person, journal)
        there = check_signs(folders, person)
        pin = "" if person is None else _chosen_pin(options, person, "TERA_PIN")
        made = _make(options, folders, person, trail, pin)
        check_signs(folders, person)  # to open a key puts its public half back, by which it is found revoked
    _tell(options, made, there=there)
    return ExitCode.DONE


def rotate(options: Namespace) -> int:
    """Replace a key; what the old one signed stays valid, and nothing counts that it signs of later tests."""
    check_legible({"reason": options.reason})
    folders, laboratory = _open(options)
    person = None if options.whose == BENCH_KEY else _person(laboratory, options.whose)
    with Journal(folders.journal) as journal:
        stem = stem_of(folders, person, journal)
        trail = Trail.of(laboratory, journal, SystemClock())
        by, proved = _shown_by(options, laboratory, journal, trail, person)
        pin = "" if person is None else _chosen_pin(options, person, "TERA_NEW_PIN")
        if person is not None:
            check_new_pin(person, pin)
        prepare(folders.keys, stem, pin)  # whole on the disk before the old one is touched
        at = retirement(journal, SystemClock().utc().astimezone())
        facts = {"whose": options.whose, "since": at.isoformat(), "reason": options.reason}
        old = _old_key(folders, stem, opened=proved == "pin" and by == options.whose, by=by)
        trail.note("key_rotated", **facts, **old, proved=proved)
        retire(folders.keys, stem, at)
        made = _make(options, folders, person, trail, pin)
    _tell(options, made)
    return ExitCode.DONE


def withdraw(options: Namespace) -> int:
    """Revoke a key that may be in wrong hands: nothing counts that it signed from then on."""
    check_legible({"reason": options.reason})
    folders, laboratory = _open(options)
    now = SystemClock().utc().astimezone()
    since = _moment(options.since, now) if options.since is not None else now
    _, keyid = named_key(folders, options.key)
    check_not_revoked(folders, keyid, since)
    with Journal(folders.journal) as journal:
        trail = Trail.of(laboratory, journal, SystemClock())
        _, proved = _shown_by(options, laboratory, journal, trail, None)
        lost = signed_since(folders, keyid, since)
        facts = {"key": keyid, "since": since.isoformat(), "records": len(lost), "reason": options.reason}
        trail.note("key_revoked", **facts, proved=proved)
        say(str(revoke(folders, keyid, since, options.reason)))
    if lost:
        told = Labels(options.lang).text("command.revoked_records", count=len(lost), numbers=" ".join(lost))
        print(f"▲ {told}", file=sys.stderr)
    return ExitCode.DONE


def _shown_by(
    options: Namespace, laboratory: Laboratory, journal: Journal, trail: Trail, whose: Person | None
) -> tuple[str, str]:
    """Who does it, by id, in whose name the trail goes on, and how that was shown: `pin` or `named`."""
    folders, now = Folders(options.lab), SystemClock().utc()
    who = whoever_shows(laboratory, folders, journal, options.by, whose, now=now)
    if who.pin:
        proof(folders, trail, who, typed_pin(options, who), now)
    trail.seat(who.id)
    return who.id, "pin" if who.pin else "named"


def _old_key(folders: Folders, stem: str, *, opened: bool, by: str) -> dict[str, str]:
    """The id of the key that is replaced, and who opened it: then it is no stranger's public half."""
    if not opened:
        with suppress(RecordError):  # a PIN protects it that was not typed, or it is damaged
            FileKey.open(folders.keys / f"{stem}.pem")
            opened = True
    public = folders.keys / f"{stem}.pub"
    key = keyid_of(read_public(public)) if public.exists() else ""  # it has signed nothing then
    return {"key": key, "opened_by": by if opened else ""}


def _open(options: Namespace) -> tuple[Folders, Laboratory]:
    laboratory, folders = load(options.lab), Folders(options.lab)
    folders.make()
    return folders, laboratory if options.officer is None else laboratory.seated(options.officer)


def _make(options: Namespace, folders: Folders, person: Person | None, trail: Trail, pin: str) -> FileKey:
    now = SystemClock().utc()
    key = bench_key(folders) if person is None else officer_key(folders, person, pin, now=now)
    trail.note("key_made", whose=options.whose, key=key.keyid)
    return key


def _chosen_pin(options: Namespace, person: Person, variable: str) -> str:
    """The PIN of a new key: from the environment, or asked twice, for nobody can find it again."""
    if not person.pin:
        return ""
    if (given := os.environ.get(variable)) is not None or not sys.stdin.isatty():
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


def _tell(options: Namespace, key: FileKey, *, there: bool = False) -> None:
    labels = Labels(options.lang)
    say(f"{options.whose}  {key.keyid[:16]}  {public_text(key)}")
    say(f"▲ {labels.text('command.key_there' if there else 'command.key_enrol')}")
