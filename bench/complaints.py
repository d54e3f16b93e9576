"""Handling complaints at a bench: each step is checked, then noted in the journal before anything else.

Who complains is told in a file of its own, of which the journal keeps only the digest: a name can be taken
out when the law asks for it, and the chain holds all the same.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bench.errors import LaboratoryError
from bench.laboratory import Folders, Laboratory
from bench.people import Person, tested
from bench.trail import Trail
from drivers.notation import to_json
from drivers.whole_file import NoFileError, TooLargeError, read_bytes
from results.complaint import COMPLAINT, EVALUATED, RECEIVED, Complaint, complaints
from results.entry import BENCH
from results.journal import Journal
from results.run_summary import RunSummary
from results.storage import plain_faults, write_once

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""without those that a person mixes up on the telephone"""
_GROUPS: Final = 2
_IN_GROUP: Final = 5
_LARGEST_BYTES: Final = 50_000_000
"""of one attachment"""


@dataclass(frozen=True, kw_only=True)
class ComplaintDesk:
    """The complaints of one bench, whose journal is open for writing."""

    laboratory: Laboratory
    folders: Folders
    journal: Journal
    trail: Trail
    at: Callable[[], str]
    now: Callable[[], datetime]

    def receive(
        self,
        who: Person,
        facts: Mapping[str, Any],
        complainant: Mapping[str, str],
        files: Sequence[Path] = (),
    ) -> Complaint:
        """Take a complaint in; gives it with its ticket.

        Args:
            who: takes it in.
            facts: `text`, `records`, `due`.
            complainant: name, contact, how it came; what is not known is left out.
            files: what was brought along; they are copied.

        Raises:
            RecordError: something is missing.
            LaboratoryError: a record is not of this bench.
            StorageError: the disk refuses.
        """
        ticket = self._ticket()
        told = {name: text for name, text in complainant.items() if text.strip()}
        if told:
            content = to_json({**told, "salt": secrets.token_hex(16)})
            facts = {**facts, "complainant": sha256(content).hexdigest()}
            self._check(Complaint(ticket), RECEIVED, who, facts)
            write_once(self.folder(ticket) / "complainant.json", content, private=True)
        return self.step(Complaint(ticket), RECEIVED, who, facts, files)

    def step(
        self,
        complaint: Complaint,
        stage: str,
        who: Person,
        facts: Mapping[str, Any],
        files: Sequence[Path] = (),
    ) -> Complaint:
        """Do a step; it is on the disk when this returns.

        Raises:
            RecordError: it may not be done now, or not by that person; nothing is kept.
            LaboratoryError: a record is not of this bench, or the handler is nobody here.
            StorageError: the disk refuses.
        """
        self._check(complaint, stage, who, facts)
        attached = [self._attached(complaint.ticket, file) for file in files]
        if attached:
            facts = {**facts, "files": attached}
        kept = {name: value for name, value in facts.items() if value not in ("", None, [], ())}
        self.trail.note(COMPLAINT, **{**kept, "ticket": complaint.ticket, "stage": stage, "by": who.id})
        return self.find(complaint.ticket)

    def find(self, ticket: str) -> Complaint:
        """The complaint with that ticket.

        Raises:
            LaboratoryError: there is none.
        """
        return find(self.journal, ticket)

    def folder(self, ticket: str) -> Path:
        """Where its files lie."""
        return self.folders.data / "complaints" / ticket

    def _check(self, complaint: Complaint, stage: str, who: Person, facts: Mapping[str, Any]) -> None:
        if handler := str(facts.get("handler", "")):
            person(self.laboratory, handler)
        numbers = [*complaint.records, *facts.get("records", ())]
        begun = [self._begun(number).begun for number in numbers]
        testers = {one.officer_id for one in begun} - {""}
        for one in begun:
            tester = one.officer.name, one.officer.nip
            testers |= {who.id for who in self.laboratory.person if tested(who, one.officer_id, *tester)}
        complaint.check(stage, who.id, facts, testers)

    def _begun(self, number: str) -> RunSummary:
        found = self.journal.run_list.named(number)
        if found is not None and found.begun.number == number:
            return found
        raise LaboratoryError(
            "complaint.foreign",
            "This bench has no record {number}.",
            "See them with: tera runs. A complaint about another bench's record is handled there.",
            number=number,
        )

    def _attached(self, ticket: str, file: Path) -> dict[str, str]:
        content = b""
        with plain_faults(file), suppress(NoFileError, TooLargeError):
            content = read_bytes(file, most=_LARGEST_BYTES)
        if not content:
            raise LaboratoryError(
                "complaint.attachment",
                "{file} is empty or larger than {most} MB.",
                "Attach the file itself, or a smaller copy of it.",
                file=str(file),
                most=_LARGEST_BYTES // 1_000_000,
            )
        digest = sha256(content).hexdigest()
        name = f"{digest[:8]}-{file.name}"
        write_once(self.folder(ticket) / name, content, private=True)
        return {"name": name, "digest": digest}

    def _ticket(self) -> str:
        known = complaints(self.journal.entries(BENCH))
        while True:
            groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
            if (ticket := "-".join(groups)) not in known:
                return ticket


def find(journal: Journal, ticket: str) -> Complaint:
    """The complaint with that ticket, however it is typed.

    Raises:
        LaboratoryError: there is none.
    """
    found = complaints(journal.entries(BENCH)).get(ticket.strip().upper())
    if found is None:
        raise LaboratoryError(
            "complaint.unknown",
            "There is no complaint {ticket}.",
            "See them with: tera complaint list.",
            ticket=ticket,
        )
    return found


def person(laboratory: Laboratory, who: str) -> Person:
    """The person of that id, whatever the role.

    Raises:
        LaboratoryError: nobody is called so.
    """
    for one in laboratory.person:
        if one.id == who:
            return one
    raise LaboratoryError(
        "person.unknown",
        "Nobody here is called {who}.",
        "Known are: {known}. Others are added as [[person]] in laboratory.toml.",
        who=who,
        known=", ".join(one.id for one in laboratory.person),
    )


def due_after(laboratory: Laboratory, stage: str, today: date) -> str:
    """The day until which the next stage must be done, by the laboratory file; empty where it has none."""
    days = laboratory.complaint.days.get(stage)
    return "" if days is None or stage == EVALUATED else (today + timedelta(days=days)).isoformat()
