"""Who, what, when and where: the administrative part of a digital certificate."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

import msgspec

from procedures.point import Activity, Outcome
from results.certificate.words import anything, gloss, sentence, word
from results.dcc.element import dcc, optional, spoken
from results.record import Record
from results.verification import VerifiedRecord

_COUNTRY: Final = "ID"
_PROGRAM: Final = "tera-bench"
_RELEASE: Final = re.compile(r"\d{1,3}(\.\d{1,3}){0,3}")
_CONFORMITY: Final = {
    Outcome.CONFORMS: "pass",
    Outcome.DOES_NOT_CONFORM: "fail",
    Outcome.INDETERMINATE: "noPass",
}
_ACTIVITY: Final = {
    Activity.INITIAL_VERIFICATION: ("Tera", "initial verification"),
    Activity.SUBSEQUENT_VERIFICATION: ("Tera ulang", "subsequent verification"),
}


def administrative_data(verified: VerifiedRecord) -> Element:
    """The whole part."""
    record = verified.record
    return dcc(
        "administrativeData",
        dcc("dccSoftware", software(record)),
        _core_data(verified),
        dcc("items", _item(record)),
        _laboratory(record),
        dcc("respPersons", *_persons(record)),
        _contact("customer", record.owner.name, record.owner.address),
        dcc("statements", *_statements(verified)),
    )


def software(record: Record) -> Element:
    """The program as v0.1.0, which is the form that the rules ask for; libraries and digests in its words."""
    found = _RELEASE.match(record.software.get(_PROGRAM, ""))
    parts = "; ".join(f"{name} {version}" for name, version in sorted(record.software.items()))
    return dcc(
        "software",
        spoken("name", _PROGRAM),
        dcc("release", f"v{found[0] if found else '0.0.0'}"),
        dcc("type", "application"),
        spoken("description", parts) if parts else None,
    )


def _core_data(verified: VerifiedRecord) -> Element:
    record = verified.record
    begun, ended = (datetime.fromisoformat(at).date() for at in (record.begun_at, record.ended_at))
    return dcc(
        "coreData",
        dcc("countryCodeISO3166_1", _COUNTRY),
        dcc("usedLangCodeISO639_1", "id"),
        dcc("usedLangCodeISO639_1", "en"),
        dcc("mandatoryLangCodeISO639_1", "id"),
        dcc("mandatoryLangCodeISO639_1", "en"),
        dcc("uniqueIdentifier", f"{'TRAINING ' if record.training else ''}{record.record_id}"),
        dcc("identifications", *_numbers(verified)),
        dcc("beginPerformanceDate", begun.isoformat()),
        dcc("endPerformanceDate", ended.isoformat()),
        dcc("performanceLocation", "other"),
        dcc("issueDate", ended.isoformat()),
        dcc(
            "reportAmendedSubstituted",
            dcc("typeOfChange", "substituted" if record.amendment is msgspec.UNSET else "amended"),
            dcc("replacedUniqueIdentifier", record.supersedes),
        )
        if record.supersedes
        else None,
    )


def _numbers(verified: VerifiedRecord) -> Iterator[Element]:
    record = verified.record
    for name, value in (
        (("Nomor sertifikat", "Certificate number"), record.certificate_number),
        (("Nomor order", "Order"), record.order),
        (("SHA-256 catatan tersegel", "SHA-256 of the sealed record"), verified.digest),
        (("SHA-256 bukti", "SHA-256 of the evidence"), record.evidence_digest),
    ):
        if value:
            yield _identification("calibrationLaboratory", value, name)


def _identification(issuer: str, value: str, name: tuple[str, str]) -> Element:
    return dcc("identification", dcc("issuer", issuer), dcc("value", value), spoken("name", *name))


def _item(record: Record) -> Element:
    identity = record.identity
    numbers = [
        _identification("manufacturer", value, (word("label", name), gloss("label", name)))
        for name, value in (
            ("serial", identity.serial),
            ("type_approval", identity.type_approval),
            ("year", identity.year),
        )
        if value
    ]
    facts = "; ".join(
        f"{word('label', name)} {anything(value)}" for name, value in sorted(record.uut.items())
    )
    return dcc(
        "item",
        spoken("name", word("kind", record.kind), gloss("kind", record.kind)),
        spoken("description", facts) if facts else None,
        dcc("manufacturer", spoken("name", identity.maker)) if identity.maker else None,
        optional("model", identity.model),
        dcc(
            "identifications",
            *(numbers or [_identification("other", "–", ("Nomor seri tidak ada", "No serial number"))]),
        ),
    )


def _laboratory(record: Record) -> Element:
    office = record.office
    return dcc(
        "calibrationLaboratory",
        optional("calibrationLaboratoryCode", office.capability_certificate),
        _contact("contact", office.name, office.address),
    )


def _contact(name: str, called: str, address: str) -> Element:
    where = spoken("further", address) if address else None
    return dcc(
        name,
        spoken("name", called),
        dcc("location", where, dcc("countryCode", _COUNTRY)),
    )


def _persons(record: Record) -> Iterator[Element]:
    people = [(record.officer, "true")]
    if record.office.head is not None:
        people.append((record.office.head, "false"))
    for person, signs in people:
        yield dcc(
            "respPerson",
            dcc("person", spoken("name", person.name or "–")),
            optional("role", person.title),
            dcc("mainSigner", signs),
        )


def _statements(verified: VerifiedRecord) -> Iterator[Element]:
    record = verified.record
    if record.training:
        yield dcc("statement", spoken("declaration", word("statement", "training"), "TRAINING"))
    if record.verdict is None:
        return
    outcome = record.verdict.outcome
    rule = record.rule or {}
    yield dcc(
        "statement",
        spoken("name", *_ACTIVITY[record.activity]),
        dcc("convention", str(rule.get("regulation") or record.verdict.rule)),
        optional("norm", str(rule.get("citation") or "")),
        spoken("declaration", word("verdict", outcome), gloss("verdict", outcome)),
        dcc("date", datetime.fromisoformat(record.ended_at).date().isoformat()),
        dcc("conformity", _CONFORMITY[outcome]),
    )
    if record.valid_until is not None and not record.training:
        yield dcc(
            "statement",
            spoken("name", word("label", "valid_until"), gloss("label", "valid_until")),
            dcc("date", record.valid_until.isoformat()),
        )
    for notice in record.notices:
        yield dcc("statement", spoken("declaration", sentence("notice", notice.code, **notice.facts)))
