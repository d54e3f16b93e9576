"""`tera audit-trail`: what happened at this bench, and the check that nothing of it was changed."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from bench.cli.entry import tell
from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say
from bench.clock_state import FOLLOWS
from bench.errors import LaboratoryError, unknown_run
from bench.keyring import BENCH_KEY, bench_key_in_use
from bench.labels import Labels
from bench.laboratory import Folders
from drivers import notation
from results.complaint import check_stages
from results.entry import (
    BENCH,
    Abandoned,
    Amended,
    Closed,
    Concluded,
    Entry,
    Kept,
    Noted,
    Resumed,
    RunBegun,
    Sealed,
)
from results.errors import IntegrityError, RecordError
from results.journal import Journal
from results.key_trail import never_seen
from results.keys import TrustedKey, read_usable_keys
from results.order_trail import check_orders
from results.outbox import Outbox, Waiting
from results.records_beside import differences
from results.revocation import forgotten, in_force_again

_WORDS: Final = {
    "outcome": "measured",  # a run is concluded before it is sealed
    "activity": "activity",
    "procedure": "kind",
    FOLLOWS: "trail_fact",
    "reason": "trail_reason",
    "why": "trail_reason",
    "proved": "trail_proof",
}
"""by fact: the words for its values"""
_ASKED: Final = "plate."
"""begins the names of what is asked at the front desk"""


def _journal(options: Namespace) -> Journal:
    file = Folders(options.lab).journal
    if not file.exists():
        raise LaboratoryError(
            "laboratory.no_journal",
            "There is no journal in {folder}, so nothing has happened here yet.",
            "Name the laboratory with --lab.",
            folder=str(options.lab),
        )
    return Journal(file, read_only=True)


def verify(options: Namespace) -> int:
    """Check entries, links, order rules and numbers, one program a run, each seal and each trusted key."""
    folders = Folders(options.lab)
    with _journal(options) as journal:
        sealed = sum(summary.sealed is not None for summary in journal.runs())
        count = journal.verify()
        trail = journal.entries(BENCH)
        check_stages(trail, where=str(journal.path))
        check_orders(trail, where=str(journal.path))
        known, unusable = read_usable_keys(folders.keys)
        faults = [*unusable, *differences(journal, folders.records, _waiting(folders))]
        strangers = never_seen(known, journal, trail, folders.records)
    own, damaged = _own_key(folders)
    faults += [one for one in damaged if one.facts not in [other.facts for other in unusable]]
    faults += [_never_seen(keyid, known[keyid]) for keyid in strangers if keyid != own]
    faults += [_forgotten(keyid, since) for keyid, since in forgotten(known, trail).items()]
    faults += [_in_force(keyid, known[keyid], since) for keyid, since in in_force_again(known, trail).items()]
    labels = Labels(options.lang)
    if options.json:
        found = {"faults": [fault.message for fault in faults]} if faults else {}
        emit({"sound": not faults, "entries": count, "sealed": sealed, **found})
    elif not faults:
        whole = labels.text("command.trail_sound", count=labels.whole(count), sealed=labels.whole(sealed))
        say(f"✔ {whole}")
    for fault in faults:
        tell(options, fault)
    return ExitCode.INTEGRITY if faults else ExitCode.DONE


def _own_key(folders: Folders) -> tuple[str, tuple[RecordError, ...]]:
    """The id of the key with which the bench signs, or why none can be read."""
    try:
        return bench_key_in_use(folders), ()
    except RecordError as damaged:
        return "", (damaged,)


def _waiting(folders: Folders) -> tuple[Waiting, ...]:
    if not folders.outbox.exists():
        return ()
    with Outbox(folders.outbox) as outbox:
        return outbox.records()


def _never_seen(keyid: str, key: TrustedKey) -> IntegrityError:
    return IntegrityError(
        "key.never_seen",
        "The key {key} of {whose} is trusted here, and this journal never saw it made or used.",
        "If {whose} has it, make it known: tera key new {whose}. Else take its file out of data/keys, and "
        "find out who put it there and what it signed.",
        key=keyid[:16],
        whose=key.person or BENCH_KEY,
    )


def _forgotten(keyid: str, since: datetime) -> IntegrityError:
    return IntegrityError(
        "key.forgotten",
        "The key {key} was revoked on {since}, and the file that says so is not there: it counts again.",
        "Revoke it again: tera key revoke {key} --since {since}; then find out who took that file away.",
        key=keyid[:16],
        since=since.isoformat(),
    )


def _in_force(keyid: str, key: TrustedKey, since: datetime) -> IntegrityError:
    return IntegrityError(
        "key.in_force_again",
        "The key {key} of {whose} was replaced on {since}, and no file here says so: it counts again.",
        "If a power cut broke that off, replace it again: tera key rotate {whose}. Else revoke it from then "
        "on: tera key revoke {key} --since {since}; then find out who took its file .retired away.",
        key=keyid[:16],
        whose=key.person or BENCH_KEY,
        since=since.isoformat(),
    )


def show(options: Namespace) -> int:
    """What happened, oldest first: who, what, when, why; with --json every entry of the journal."""
    with _journal(options) as journal:
        _show(options, _entries(journal, options.run) if options.run is not None else journal.all())
    return ExitCode.DONE


def _entries(journal: Journal, run: str) -> Iterable[Kept]:
    """The entries of a run, by its id or its record number."""
    if found := journal.entries(run):
        return found
    if (named := journal.run_list.named(run)) is None:
        raise unknown_run(run)
    return journal.entries(named.run)


def _show(options: Namespace, entries: Iterable[Kept]) -> None:
    labels = Labels(options.lang)
    numbers: dict[str, str] = {}
    for kept in entries:
        if isinstance(kept.entry, RunBegun):
            numbers[kept.run] = kept.entry.number
        if options.json:
            emit({**notation.to_builtins(kept), "body": None})
        else:
            for what, facts in _told(labels, kept.entry):
                where = numbers.get(kept.run, "" if kept.run == BENCH else kept.run)
                told = f"{labels.word('trail', what)}{_facts(labels, facts)}"
                say(f"{kept.sequence:>7}  {kept.at[:19]}  {where:<9} {told}")


def _told(labels: Labels, entry: Entry) -> Iterator[tuple[str, dict[str, object]]]:
    """What happened in one word, and its facts; readings and points are in the record, not here."""
    match entry:
        case RunBegun(officer=officer, procedure=procedure):
            yield "run_begun", {"by": officer.get("name", ""), "procedure": procedure}
        case Amended(reason=reason, by=by, changes=changes):
            told = {name: f"{one['old']} → {one['new']}" for name, one in changes.items()}
            yield "amended", {"reason": reason, "by": by, **told}
        case Abandoned(path=path, reason=reason, note=note, by=by):
            yield "abandoned", {"path": path, "reason": reason, "note": note, "by": by}
        case Resumed(gap_s=gap):
            yield "resumed", {"gap_s": gap}
        case Concluded(conclusion=conclusion):
            yield "concluded", {"outcome": conclusion.get("verdict", {}).get("outcome", "")}
        case Closed(how=how, reason=reason, by=by):
            yield how, {"reason": reason, "by": by}
        case Sealed(record_digest=digest):
            yield "sealed", {"record": digest[:16]}
        case Noted(what="configuration"):
            pass  # what changed stands before it, a line each
        case Noted(what=what, facts=facts):
            yield what, _unfolded(labels, facts)
        case _:
            pass


def _unfolded(labels: Labels, facts: dict[str, Any]) -> dict[str, object]:
    """The answers that were put right, each as a fact of its own, by the words of its question."""
    told = {name: value for name, value in facts.items() if name != "changes"}
    for name, one in facts.get("changes", {}).items():
        old, new = (labels.chosen(name, one[when]) or one[when] or "-" for when in ("old", "new"))
        told[_ASKED + name.removeprefix("uut.")] = f"{old} → {new}"
    return told


def _facts(labels: Labels, facts: dict[str, object]) -> str:
    told = ", ".join(
        f"{labels.known(name) or labels.word('trail_fact', name)} {_whole(labels, name, value)}"
        for name, value in facts.items()
        if value not in ("", None) and name != FOLLOWS  # each entry has it; a person reads it at the start
    )
    return f"  ({told})" if told else ""


def _whole(labels: Labels, name: str, value: object) -> str:
    """A fact in words; a long one is cut, but never an answer, whose end may be what was put right."""
    told = _told_fact(labels, name, value)
    return told if name.startswith(_ASKED) else told[:60]


def _told_fact(labels: Labels, name: str, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(
            f"{labels.word('trail_fact', inner)} {_told_fact(labels, inner, one)}"
            for inner, one in value.items()
        )
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return labels.word(_WORDS[name], str(value)) if name in _WORDS else str(value)
