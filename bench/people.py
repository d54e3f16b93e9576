"""The people of a laboratory: who may do what, and until when."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

import msgspec

from bench.errors import LaboratoryError

PENERA = "penera"
_LETTERS: Final = frozenset({"Lu", "Ll", "Lt", "Lo"})
_TITLES: Final = re.compile(r"^\s*(?:(?:prof|drs|dra|dr|ir|hj|h)\.\s*)+")
"""what stands before a name and is none of its initials"""
_ID: Final = re.compile(r"[0-9A-Za-z]([0-9A-Za-z._-]{0,38}[0-9A-Za-z])?", re.ASCII)
"""goes into the names of files, where `@` marks a key that was replaced"""


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone who works here."""

    id: str
    name: str
    nip: str = ""
    title: str = ""
    roles: tuple[str, ...] = ("penera",)
    """penera, pereviu, kepala, teknisi"""
    pin: bool = False
    """the signing key is protected by a PIN"""
    certificate: Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Fa-f]{2}:?){32}$|^$")] = ""
    """SHA-256, hexadecimal, of the certificate with which this person approves; empty: any of that name"""
    competence: dict[str, date] = {}
    """until when this person may test a kind, `{ scales = 2027-06-30 }`; empty: kept elsewhere"""


def seated(people: Sequence[Person], officer: str) -> tuple[Person, ...]:
    """The same people, with the penera of that id before all others: whoever is first sits at the bench.

    Raises:
        LaboratoryError: nobody of that id is a penera here.
    """
    for person in people:
        if person.id == officer and PENERA in person.roles:
            return person, *(one for one in people if one is not person)
    raise LaboratoryError(
        "person.no_officer",
        "{person} is no penera of this laboratory.",
        'Known are: {known}. Others are added as [[person]] with roles = ["penera"].',
        person=officer,
        known=", ".join(person.id for person in people if PENERA in person.roles),
    )


def mistake_in(people: Sequence[Person]) -> str:
    """What makes one of these people two, or two of them one; empty when nothing does."""
    for person in people:
        if not _ID.fullmatch(person.id):
            return f"{person.id!r} is no id of a person"
        if not _is_latin(person.name):
            return f"the name {person.name!r} has a letter that is not Latin"
    # Not every disk tells large letters from small ones, and a key lies in a file of that name.
    if len({person.id.casefold() for person in people}) < len(people):
        return "two persons have the same id"
    numbers = [digits for person in people if (digits := _digits(person.nip))]
    return "two persons have the same NIP" if len(set(numbers)) < len(numbers) else ""


def same_human(person: Person, name: str, nip: str) -> bool:
    """Whether a person is whoever signed with this name and NIP, under whatever id.

    Names count where a NIP is missing. Nothing makes another person but other letters: no capitals, accents,
    spaces, marks that nobody sees, or titles, which stand before with a dot or behind with a comma. An
    initial looks as a title does and makes no other person either: who may be the same has no part in it.
    """
    if _digits(person.nip) and _digits(nip):
        return _digits(person.nip) == _digits(nip)
    return _plain(person.name) == _plain(name)


def tested(person: Person, officer_id: str, name: str, nip: str) -> bool:
    """Whether a person is the one who tested, under that id or another."""
    return person.id == officer_id or same_human(person, name, nip)


def is_certificate_of(person: Person, *, name: str, serial: str, fingerprint: str) -> bool:
    """Whether a certificate is this person's: the one in the laboratory file, else one that names the person.

    Args:
        person: who says so.
        name: the common name in it.
        serial: the `serialNumber` in it; with as many digits as the NIP it is one, else it says nothing here.
        fingerprint: SHA-256 of the certificate, hexadecimal.

    A name is compared with its initials: who may be another does not sign. One without letters is nobody's.
    """
    if person.certificate:  # some programs put colons between the bytes, or write large letters
        return person.certificate.replace(":", "").lower() == fingerprint
    digits = _digits(person.nip)
    if digits and len(_digits(serial)) == len(digits):
        return _digits(serial) == digits
    return _without_titles(person.name) == _without_titles(name) != ""


def _digits(nip: str) -> str:
    """The digits of whatever script, as those that a NIP is written with."""
    return "".join(str(unicodedata.decimal(one)) for one in nip if one.isdecimal())


def _plain(name: str) -> str:
    words = _folded(name).split()
    while len(words) > 1 and words[0].endswith("."):
        del words[0]
    return _letters("".join(words))


def _without_titles(name: str) -> str:
    return _letters(_TITLES.sub("", _folded(name)))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKD", name).partition(",")[0].casefold()


def _letters(text: str) -> str:
    return "".join(one for one in text if one.isalpha())


def _is_latin(name: str) -> bool:
    """Whether no letter of a name is one of another script, which looks the same and is not."""
    letters = (one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) in _LETTERS)
    return all(unicodedata.name(one, "").startswith("LATIN ") for one in letters)


def check_nip(officer: Person) -> None:
    """See to it that a register can tell who signed: it knows officers by their NIP.

    Raises:
        LaboratoryError: the laboratory file has none.
    """
    if not officer.nip.strip():
        raise LaboratoryError(
            "person.no_nip",
            "{name} has no NIP in laboratory.toml, by which the register knows who tested.",
            "Enter it under [[person]].",
            name=officer.name,
        )


def check_competence(officer: Person, kind: str, on: date) -> None:
    """See to it that a person may test this kind of instrument on that day.

    A laboratory that has registered no competence of a person has it kept elsewhere.

    Raises:
        LaboratoryError: not competent for this kind, or not any more.
    """
    if not officer.competence:
        return
    until = officer.competence.get(kind)
    if until is None:
        raise LaboratoryError(
            "person.not_competent",
            "{name} has no registered competence for {kind}.",
            "Have a penera with that competence test it (key P, or --as), or register it in laboratory.toml.",
            name=officer.name,
            kind=kind,
        )
    if until < on:
        raise LaboratoryError(
            "person.competence_expired",
            "The competence of {name} for {kind} ended on {until}.",
            "Have a penera with a valid competence test it (key P, or --as), or register the renewed one.",
            name=officer.name,
            kind=kind,
            until=until.isoformat(),
        )
