"""`tera complaint`: from a complaint at the counter to its evaluation, with the evidence at hand."""

from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say, table
from bench.cli.typed_pin import typed_pin
from bench.complaint_bundle import bundle as put_together
from bench.complaint_bundle import today
from bench.complaints import ComplaintDesk, due_after, find, person
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import Folders, load
from bench.legible import check_legible
from bench.office_time import wall_time
from bench.people import Person
from bench.proving import proof
from bench.trail import Trail
from drivers.clock import SystemClock
from results.complaint import RECEIVED, Complaint, complaints
from results.entry import BENCH
from results.journal import Journal


@contextmanager
def _desk(options: Namespace, *, read_only: bool = False) -> Iterator[ComplaintDesk]:
    laboratory, folders, clock = load(options.lab), Folders(options.lab), SystemClock()
    folders.make()
    with Journal(folders.journal, read_only=read_only and folders.journal.exists()) as journal:
        yield ComplaintDesk(
            laboratory=laboratory,
            folders=folders,
            journal=journal,
            trail=Trail.of(laboratory, journal, clock),
            at=lambda: wall_time(laboratory, clock),
            now=clock.utc,
        )


def receive(options: Namespace) -> int:
    """Take a complaint in."""
    with _desk(options) as desk:
        who, facts = _who(options, desk), _facts(options, desk, RECEIVED)
        complainant = {"name": options.name, "contact": options.contact, "channel": options.channel}
        complaint = desk.receive(who, facts | _proof(options, desk, who), complainant, options.attach)
    _tell(options, complaint)
    return ExitCode.DONE


def step(options: Namespace) -> int:
    """Do the next stage of a complaint."""
    with _desk(options) as desk:
        who, facts = _who(options, desk), _facts(options, desk, options.stage)
        facts |= {"kind": options.kind, "handler": options.assignee, "feedback": options.feedback}
        complaint = desk.find(options.ticket)
        facts |= _proof(options, desk, who)
        complaint = desk.step(complaint, options.stage, who, facts, options.attach)
    _tell(options, complaint)
    return ExitCode.DONE


def _who(options: Namespace, desk: ComplaintDesk) -> Person:
    return person(desk.laboratory, options.by)


def _proof(options: Namespace, desk: ComplaintDesk, who: Person) -> dict[str, Any]:
    """Whether that person has shown to be the one: with the PIN, where there is one."""
    return {"proved": proof(desk.folders, desk.trail, who, typed_pin(options, who), desk.now())}


def _facts(options: Namespace, desk: ComplaintDesk, stage: str) -> dict[str, Any]:
    today = datetime.fromisoformat(desk.at()).date()
    due = options.due or due_after(desk.laboratory, stage, today)
    try:
        parsed = date.fromisoformat(due) if due else today
    except ValueError:
        parsed = date.min
    if parsed < today:
        raise LaboratoryError(
            "complaint.due",
            "{day} is no day from today on.",
            "Write a day as in 2026-12-01.",
            day=due,
        )
    check_legible({"text": options.text})
    return {"text": options.text, "records": options.record, "due": due}


def show_all(options: Namespace) -> int:
    """All complaints, with what is due."""
    labels = Labels(options.lang)
    with _desk(options, read_only=True) as desk:
        today = datetime.fromisoformat(desk.at()).date()
        found = complaints(desk.journal.entries(BENCH)).values()
    rows: list[tuple[str, ...]] = []
    for one in found:
        if options.json:
            emit(_as_program(one, today))
        mark = "✔" if one.closed else "✘" if one.overdue(today) else "▲"
        due = labels.long_date(one.due) if one.due is not None else "–"
        rows.append(
            (mark, one.ticket, labels.word("stage", one.stage), due, one.handler, " ".join(one.records))
        )
    if not options.json and not rows:
        say(labels.text("command.complaints_none"))
    if not options.json:
        table(rows)
    return ExitCode.DONE


def show(options: Namespace) -> int:
    """What happened with a complaint; without `--public` also what its records say today."""
    with _desk(options, read_only=True) as desk:
        complaint = find(desk.journal, options.ticket)
        now = datetime.fromisoformat(desk.at()).date()
        evidence = {} if options.public else {number: today(desk, number) for number in complaint.records}
    labels = Labels(options.lang)
    if options.json:
        told = _public(complaint) if options.public else _as_program(complaint, now) | {"evidence": evidence}
        emit(told)
        return ExitCode.DONE
    for one in complaint.steps:
        who = "" if options.public else f"  {one.by}"
        say(f"{one.at[:16]}  {labels.word('stage', one.stage)}{who}")
        for name in () if options.public else ("text", "kind", "handler", "feedback"):
            if told_fact := one.facts.get(name):
                say(f"    {labels.word('complaint', name)}: {told_fact}")
    if complaint.due is not None:
        say(labels.text("command.complaint_due", day=complaint.due))
    for number, found in evidence.items():
        _tell_evidence(labels, number, found)
    return ExitCode.DONE


def _tell_evidence(labels: Labels, number: str, found: Mapping[str, Any]) -> None:
    wrong = [part for part, told in found["checks"].items() if told != "holds"]
    differing = [one["where"] for one in found.get("differences", ())]
    if wrong or differing or "differences" not in found:
        parts = ", ".join(wrong + differing)
        say(f"✘ {labels.text('command.complaint_evidence_bad', number=number, parts=parts)}")
    else:
        verdict = found.get("outcome") or "–"
        say(f"✔ {labels.text('command.complaint_evidence', number=number, verdict=verdict)}")


def bundle(options: Namespace) -> int:
    """Put the evidence of a complaint together."""
    with _desk(options) as desk:
        who = _who(options, desk)
        _proof(options, desk, who)
        index = put_together(desk, desk.find(options.ticket), options.output, who.id)
    if options.json:
        emit({"ticket": options.ticket, "bundle": str(index)})
    else:
        say(str(index))
    return ExitCode.DONE


def _tell(options: Namespace, complaint: Complaint) -> None:
    labels = Labels(options.lang)
    if options.json:
        emit(_public(complaint))
        return
    say(f"{complaint.ticket}  {labels.word('stage', complaint.stage)}")
    if complaint.due is not None:
        say(labels.text("command.complaint_due", day=complaint.due))


def _public(complaint: Complaint) -> dict[str, Any]:
    """What anybody with the ticket may know: no names, no words of anybody."""
    return {
        "ticket": complaint.ticket,
        "stage": complaint.stage,
        "closed": complaint.closed,
        "due": complaint.due,
        "steps": [{"stage": one.stage, "at": one.at} for one in complaint.steps],
    }


def _as_program(complaint: Complaint, now: date) -> dict[str, Any]:
    steps = [
        {"stage": one.stage, "at": one.at, "by": one.by, "facts": dict(one.facts)} for one in complaint.steps
    ]
    return _public(complaint) | {
        "overdue": complaint.overdue(now),
        "handler": complaint.handler,
        "records": complaint.records,
        "steps": steps,
    }
