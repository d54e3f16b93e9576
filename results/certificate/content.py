"""What a certificate says, as plain data for the template: a pure function of a verified record."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from drivers.errors import UnitError
from drivers.quantity import Quantity
from procedures.heading import Heading, heading_of
from procedures.point import Outcome, Point
from procedures.rounding import told
from results.amendment import AMENDABLE
from results.certificate.columns import columns, error_of, headings, label_of, limits_of, sections
from results.certificate.words import anything, clock, day, gloss, moment, quantity, sentence, word
from results.entry import AFTER_RETAKE
from results.receipt import verification_address, verification_token
from results.record import Record, Signer
from results.verification import VerifiedRecord

_SHORT_DIGEST: Final = 16
_ATTEMPT: Final = re.compile(r"~[0-9]+")
_AS_LEFT: Final = "as_left"
_MANY: Final = frozenset({"meters", "weights"})
"""entries of the metrological data that list several instruments"""
_NAMED: Final = frozenset({"method", "type", "material", "part", "form", "installation", "liquid"})
"""entries that are a word out of a few"""
_PARTS_OF_ONE: Final = frozenset({"nozzles", "compartments"})
_USUAL_FACTOR: Final = 2
_LABEL: Final = {
    "owner.name": "owner",
    **{name: name.rpartition(".")[2] for name in AMENDABLE if name != "owner.name"},
}
_FIRST: Final = ("class", "max", "min", "e", "d", "intervals")
"""the order in which the metrological data of scales are read; those of other kinds follow by name"""


def certificate_content(verified: VerifiedRecord) -> dict[str, Any]:
    """Everything the template prints, already in words; the template decides nothing."""
    record = verified.record
    form = form_of(record)
    shown = columns((*record.points, *(record.as_found.points if record.as_found else ())))
    ended = datetime.fromisoformat(record.ended_at)
    activity = word("activity", record.activity)
    return {
        "training": record.training,
        "form": form,
        "language": "id",
        "office": {
            "name": record.office.name,
            "letterhead": list(record.office.letterhead) or [record.office.name],
            "address": record.office.address,
        },
        "title": [word("title", form), gloss("title", form)],
        "number": record.certificate_number or record.record_id,
        "record_id": record.record_id,
        "identity": _rows(_identity(record)),
        "job": _rows(_job(record)),
        "verdict": [word("verdict", form), gloss("verdict", form)],
        "statement": sentence(
            "statement",
            "training" if record.training else form,
            activity=activity,
            year=ended.year,
            conforming=sum(one.outcome is Outcome.CONFORMS for one in record.subjects),
            all=len(record.subjects),
            unit=word("unit", record.kind if gloss("unit", record.kind) else "any"),
        ),
        "valid_until": _valid_until(record),
        "standards": [
            [
                f"{used.id} {used.description}",
                used.accuracy_class,
                used.certificate,
                day(used.due),
                used.traceability,
                used.owner,
            ]
            for used in record.standards
        ],
        "columns": headings(record.points, shown),
        "sections": sections(record.points, shown),
        "as_found": sections(record.as_found.points, shown) if record.as_found else [],
        "subjects": _subjects(record),
        "subjects_title": _subjects_title(record.kind),
        "breaks": [*_amendments(record), *_breaks(record)],
        "notices": [
            sentence("notice", one.code, **{name: _fact(name, fact) for name, fact in one.facts.items()})
            for one in record.notices
        ],
        "failing": _failing(record),
        "notes": _notes(record),
        "signers": _signers(record),
        "place_and_day": ", ".join(filter(None, (record.office.regency, day(_issued(record).date())))),
        "software": _software(record),
        "digests": [["Catatan / record", verified.digest], ["Bukti / evidence", record.evidence_digest]],
        "keys": [keyid[:_SHORT_DIGEST] for keyid in verified.signed_by],
        "token": verification_token(verified.payload),
        "address": verification_address(record.registry, verified.payload) if record.registry else "",
        "qr_words": word("note", "qr" if record.registry else "no_register"),
        "at": int(ended.timestamp()),
    }


def _named(name: str, value: Any) -> str:
    if name in {"liquid", "nominal"}:  # they need no name
        return word("part", value) if name == "liquid" else anything(value)
    return f"{word('label', name)} {anything(value)}"


def _fact(name: str, fact: str) -> str:
    """A fact of a notice; the states that were not stated are words."""
    return ", ".join(word("part", one) for one in fact.split(", ")) if name == "states" else anything(fact)


def _issued(record: Record) -> datetime:
    """When it was concluded, or corrected."""
    amendment = record.amendment
    return datetime.fromisoformat(amendment.at if amendment is not msgspec.UNSET else record.ended_at)


def form_of(record: Record) -> str:
    """Which paper it becomes: that of its heading, `voided` or `interrupted`."""
    if record.verdict is None:
        return record.state
    return heading_of(record.kind, record.verdict.outcome, record.subjects).value


def _valid_until(record: Record) -> str:
    if record.valid_until is None or record.training or form_of(record) != Outcome.CONFORMS:
        return ""
    return day(record.valid_until)


def _subjects_title(kind: str) -> list[str]:
    """Several instruments, or the parts of one."""
    name = kind if gloss("subjects", kind) else "together"
    return [word("subjects", name), gloss("subjects", name)]


def _subjects(record: Record) -> list[list[str]]:
    """A line for each of several instruments: mark, serial number, own number, outcome, validity."""
    paper = record.certificate_number or record.record_id
    until = [None if record.training else one.valid_until for one in record.subjects]
    return [
        [
            one.id,
            one.serial or "–",
            f"{paper}-{one.id}",
            word("verdict", one.outcome),
            day(last) if last else "–",
        ]
        for one, last in zip(record.subjects, until, strict=True)
    ]


def _rows(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[word("label", name), gloss("label", name), value] for name, value in pairs if value]


def _identity(record: Record) -> list[tuple[str, str]]:
    identity = record.identity
    named = [name for name in sorted(record.uut, key=_place) if record.uut[name]]
    one_by_one = _MANY if not record.subjects else frozenset()
    return [
        ("instrument", word("kind", record.kind)),
        ("maker", identity.maker),
        ("model", identity.model),
        ("serial", identity.serial),
        ("year", identity.year),
        ("type_approval", identity.type_approval),
        *((_each if name in one_by_one else _mark)(name, record.uut[name]) for name in named),
    ]


def _each(name: str, value: Sequence[Any]) -> tuple[str, str]:
    """Several instruments of a run without a verdict, which no table lists."""
    return name, f"{len(value)} ({'; '.join(map(_one_of_several, value))})"


def _one_of_several(one: Any) -> str:
    """Its mark, which of a weight is its nominal value, and its serial number on the same line."""
    if isinstance(one, str):
        return anything(one)
    return ":\N{NO-BREAK SPACE}".join(filter(None, (str(one["id"]), one.get("serial", ""))))


def _mark(name: str, value: Any) -> tuple[str, str]:
    """One entry of the metrological data; several instruments are counted here and listed in a table."""
    if name in _MANY:
        return name, str(len(value))
    if name in _NAMED:
        return "method_of_test" if name == "method" else name, word("part", str(value))
    if name == "class":
        return name, str(value).replace(".", ",")
    if name in _PARTS_OF_ONE:
        return name, "; ".join(_part_of_one(one) for one in value)
    if isinstance(value, dict) and "unit" not in value:
        return name, ", ".join(f"{word('label', key)} {anything(one)}" for key, one in value.items())
    return name, anything(value)


def _part_of_one(part: Any) -> str:
    """A nozzle or a compartment: its number, and what is known of it."""
    rest = [_named(name, one) for name, one in part.items() if name != "id" and one not in {"", None}]
    return f"{part['id']} ({', '.join(rest)})" if rest else str(part["id"])


def _place(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _job(record: Record) -> list[tuple[str, str]]:
    begun, ended = record.begun_at, record.ended_at
    same_day = begun[:10] == ended[:10]
    return [
        ("owner", record.owner.name),
        ("address", record.owner.address),
        ("activity", word("activity", record.activity)),
        ("order", record.order),
        ("place", record.place),
        ("on_behalf_of", record.on_behalf_of),
        ("date", f"{moment(begun)} – {clock(ended) if same_day else moment(ended)}"),
        ("method", _method(record)),
        ("capability", record.office.capability_certificate),
        ("supersedes", _supersedes(record)),
    ]


def _supersedes(record: Record) -> str:
    older = record.amendment.certificate_number if record.amendment is not msgspec.UNSET else ""
    return f"{older} ({record.supersedes})" if older else record.supersedes


def _amendments(record: Record) -> list[str]:
    """What is said otherwise than on the paper that this one replaces."""
    amendment = record.amendment
    if amendment is msgspec.UNSET:
        return []
    at = moment(amendment.at)
    told = [
        sentence("amendment", "change", fact=word("label", _LABEL[fact]), **change)
        for fact, change in amendment.changes.items()
    ]
    return [*told, sentence("amendment", "why", reason=amendment.reason, by=amendment.by, at=at)]


def _method(record: Record) -> str:
    rule = record.rule or {}
    regulation = str(rule.get("regulation") or rule.get("id") or "")
    return regulation or f"{word('kind', record.kind)}, prosedur edisi {record.procedure_edition}"


def _failing(record: Record) -> list[str]:
    """Why the instrument does not conform, or why that is open: a line a point, then what concerns none."""
    lines = [_cause(point) for point in record.points if point.outcome is not Outcome.CONFORMS]
    for reason in record.verdict.reasons if record.verdict else ():
        if "point" not in reason.facts:
            facts = {name: word("section", fact) for name, fact in reason.facts.items()}
            lines.append(sentence("cause", reason.code, **facts))
    return lines


def _cause(point: Point) -> str:
    load = quantity(told(point.nominal)) if point.nominal is not None else ""
    where = ", ".join(filter(None, (word("section", point.section), label_of(point), load)))
    cause = word("cause", point.reason or "error_outside_tolerance")
    limits = f" (kesalahan {error_of(point)}, BKD {limits_of(point)})" if point.tolerance else ""
    return f"{where}: {cause}{limits}"


def _breaks(record: Record) -> list[str]:
    """What broke the test's course: a retake is one line, whatever was begun anew only because of it."""
    return [_break(one) for one in record.breaks if one.get("reason") != AFTER_RETAKE]


def _break(one: dict[str, Any]) -> str:
    facts = {**one, "at": clock(str(one["at"]))}
    facts["reason"] = word("reason", str(one.get("reason", "")))
    if one.get("note"):
        facts["reason"] += f", {one['note']}"
    facts["path"] = _path(str(one.get("path", "")))
    return sentence("break", str(one["kind"]), **facts)


def _path(path: str) -> str:
    """A place in the run for a reader; which attempt it was says the line that tells of it."""
    first, *rest = _ATTEMPT.sub("", path).split("/")
    if first == _AS_LEFT and rest:
        return f"{word('section', first)} {_path('/'.join(rest))}"
    return " ".join((word("section", first), *(_readable(part) for part in rest if part)))


def _readable(part: str) -> str:
    try:
        return quantity(Quantity.parse(part))
    except UnitError:
        return word("part", part)


def _notes(record: Record) -> list[str]:
    names = ["scope", "copy"]
    if record.verdict is not None:
        acceptance = (record.rule or {}).get("acceptance") or {}
        guarded = Decimal(acceptance.get("guard", 0)) > 0
        names.insert(0, "decision_rule_guarded" if guarded else "decision_rule")
    if any(point.uncertainty is not None for point in record.points):
        names.insert(1, "uncertainty")
    if form_of(record) in {Heading.CONFORMS, Heading.MIXED} and not record.training:
        names += ["seal", "void"]
    return [sentence("note", name, office=record.office.name) for name in names]


def _signers(record: Record) -> list[dict[str, str]]:
    if record.training:
        return [{"role": "Peserta latihan / Trainee", "title": "", "name": record.officer.name, "nip": ""}]
    people: list[tuple[str, Signer]] = [("Penera / Verification officer", record.officer)]
    if record.office.head is not None and record.verdict is not None:
        people.insert(0, ("Mengesahkan / Approved by", record.office.head))
    return [
        {"role": role, "title": person.title, "name": person.name, "nip": person.nip}
        for role, person in people
    ]


def _software(record: Record) -> str:
    version = record.software.get("tera-bench", "")
    digests = [
        f"{name.removeprefix('sha256:')} {digest[:_SHORT_DIGEST]}"
        for name, digest in sorted(record.software.items())
        if name.startswith("sha256:")
    ]
    procedure = record.procedure_digest[:_SHORT_DIGEST]
    edition = f"prosedur {record.kind} edisi {record.procedure_edition} {procedure}"
    rule = record.rule or {}
    table = f"aturan {rule['id']} {str(rule.get('digest', ''))[:_SHORT_DIGEST]}".strip() if rule else ""
    return " · ".join(filter(None, (f"tera-bench {version}", *digests, edition, table)))
