"""What a citizen sees: one page a record, a page for an unknown code, and a field to type a code.

Under 30 kB, without scripts, Indonesian first. The owner's name is masked; nothing here is secret otherwise.
"""

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from procedures.heading import Heading, heading_of
from procedures.point import Outcome, Subject
from results.record import Office, Record
from results.registry.markup import Markup, page, style, tag
from results.registry.standing import Standing, standing
from results.registry.store import Entry
from results.registry.words import Language, Words, words

_COLOURS: Final = {
    Standing.IN_FORCE: "good",
    Standing.EXPIRED: "wait",
    Standing.SUPERSEDED: "wait",
    Standing.REVOKED: "bad",
    Standing.FAILED: "bad",
    Standing.UNDECIDED: "plain",
}
_SIGNS: Final = {Outcome.CONFORMS: "✔", Outcome.DOES_NOT_CONFORM: "✘", Outcome.INDETERMINATE: "◌"}
Row = tuple[str, str]


_PARTS: Final = {"fuel_dispensers": "nozzle", "tank_trucks": "compartment"}
"""kinds whose several outcomes are of parts of one instrument"""


def record_page(entry: Entry, language: Language, now: datetime) -> str:
    """The page behind the QR code of a certificate."""
    say = words(language)
    submission = entry.submission
    return _document(
        say,
        say("title", token=submission.token[:8]),
        f"/v/{submission.token}",
        *_training(say, submission.record),
        _standing(say, entry, now),
        *_subjects(say, submission.record),
        _facts(
            say("instrument"), _instrument(say, submission.record), tag("p", say("compare"), class_="hint")
        ),
        _facts(
            say("test"),
            (*_test(say, submission.record), (say("admitted"), entry.admitted)),
            _complaint(say, submission.record.office),
        ),
        _authenticity(say, entry),
    )


def notice_page(code: str, language: Language, *, colour: str = "bad", path: str = "/") -> str:
    """A page that says one thing: `unknown`, `damaged`, `busy` or `no_page`; with the field to try again."""
    say = words(language)
    return _document(
        say, say(code), path, _banner(colour, say(code), tag("p", say(f"{code}_text"))), _form(say)
    )


def home_page(language: Language, count: int, *, training: bool) -> str:
    """The field to type a code."""
    say = words(language)
    banner = [_training_banner(say)] if training else []
    return _document(
        say,
        say("home_title"),
        "/",
        *banner,
        _banner("plain", say("home_title"), tag("p", say("home_text"))),
        _form(say),
        tag("section", tag("p", say("home_count", count=str(count)))),
    )


def masked(name: str) -> str:
    """Only the first letter of each word.

    >>> masked("Toko Sari Laut")
    'T*** S*** L***'
    """
    return " ".join(f"{word[0]}***" for word in name.split())


@cache
def sheet() -> str:
    """The style sheet that stands in every page."""
    return files("results.registry").joinpath("page.css").read_text(encoding="utf-8")


@cache
def content_policy() -> str:
    """A Content-Security-Policy that allows this one style sheet and nothing else."""
    digest = base64.b64encode(hashlib.sha256(sheet().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _document(say: Words, title: str, path: str, *content: Markup) -> str:
    other = tag("a", say("other_language"), href=f"{path}?lang={say.other}", lang=say.other)
    return page(
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
            tag("meta", name="robots", content="noindex"),
            tag("title", f"{title} · {say('name')}"),
            style(sheet()),
        ),
        tag(
            "body",
            tag("header", tag("strong", say("name")), other),
            tag("main", *content),
            tag("footer", tag("p", say("pointer")), tag("p", say("masked"))),
        ),
        lang=say.language,
    )


def _training(say: Words, record: Record) -> Iterable[Markup]:
    if record.training:
        yield _training_banner(say)


def _training_banner(say: Words) -> Markup:
    return tag("div", tag("b", say("training_word")), say("training_text"), class_="training")


def _banner(colour: str, heading: str, *content: Markup) -> Markup:
    return tag("div", tag("h1", heading), *content, class_=f"standing {colour}")


def _standing(say: Words, entry: Entry, now: datetime) -> Markup:
    record = entry.submission.record
    found = standing(record, superseded=bool(entry.superseded_by), revoked=bool(entry.revoked), now=now)
    if record.training:  # neither green nor "in force", whatever the twin showed
        outcome = record.verdict.outcome.value if record.verdict else record.state
        verdict = say("mixed" if _differ(record) else outcome)
        withdrawn = [tag("p", say("revoked_text", reason=entry.revoked))] if entry.revoked else []
        heading = say("training_verdict", verdict=verdict)
        return _banner("plain", heading, *withdrawn, *_newer(say, entry))
    key = found.value
    if found is Standing.IN_FORCE and record.valid_until is None:
        key = "in_force_open"
    if found in {Standing.FAILED, Standing.UNDECIDED} and _differ(record):
        text = "mixed_parts_text" if record.kind in _PARTS else "mixed_text"
        return _banner("wait", say("mixed"), tag("p", say(text)))
    text = say(
        f"{key}_text",
        activity=say(record.activity.value).lower(),
        until=say.day(record.valid_until) if record.valid_until else "",
        reason=entry.revoked,
    )
    return _banner(_COLOURS[found], say(found.value), tag("p", text), *_newer(say, entry))


def _differ(record: Record) -> bool:
    if record.verdict is None:
        return False
    return heading_of(record.kind, record.verdict.outcome, record.subjects) is Heading.MIXED


def _newer(say: Words, entry: Entry) -> Iterable[Markup]:
    """The way to the record that takes the place of this one."""
    if entry.superseded_by and not entry.revoked:
        address = f"/v/{entry.superseded_by}?lang={say.language}"
        yield tag("p", tag("a", say("superseded_link"), href=address))


def _subjects(say: Words, record: Record) -> Iterable[Markup]:
    """Each of several instruments with its own outcome, before what they have in common."""
    if record.subjects:
        part = _PARTS.get(record.kind)
        name = f"{say(part)} " if part else ""
        rows = [
            (f"{name}{one.id} · {one.serial}".rstrip(" ·"), _told(say, record, one))
            for one in record.subjects
        ]
        yield _facts(say("parts" if part else "subjects"), rows)


def _told(say: Words, record: Record, subject: Subject) -> str:
    word = f"{_SIGNS[subject.outcome]} {say(subject.outcome.value)}"
    if subject.valid_until is None or record.training:  # training is valid for no day
        return word
    return f"{word}, {say('until', date=say.day(subject.valid_until))}"


def _instrument(say: Words, record: Record) -> Iterable[Row]:
    yield say("kind"), say.kind(record.kind)
    yield say("maker"), record.identity.maker
    yield say("model"), record.identity.model
    yield say("serial"), record.identity.serial
    yield say("capacity"), say.number(_extent(record.uut, "max"))
    yield say("interval"), say.number(_extent(record.uut, "e"))
    yield say("flow"), _first(say, record.uut, "q3", "qn", "qmax", "max_flow")
    yield say("current"), _first(say, record.uut, "imax")
    yield say("volume"), _first(say, record.uut, "nominal")
    yield say("length"), _first(say, record.uut, "length", "range")
    yield say("vehicle"), _written(record.uut.get("vehicle"))
    yield say("class"), say.number(_written(record.uut.get("class")))
    yield say("owner"), masked(record.owner.name)


def _test(say: Words, record: Record) -> Iterable[Row]:
    yield say("activity"), say(record.activity.value)
    if not record.subjects:  # each of several has its own, in their list
        yield say("verdict"), say(record.verdict.outcome.value if record.verdict else record.state)
    if record.verdict and record.verdict.failing:
        yield say("failing"), str(len(record.verdict.failing))
    yield say("date"), say.day(datetime.fromisoformat(record.ended_at).date())
    until = None if record.training else record.valid_until
    yield say("valid_until"), say.day(until) if until else ""
    yield say("office"), record.office.name
    yield say("on_behalf_of"), record.on_behalf_of
    yield say("certificate"), record.certificate_number
    yield say("record"), record.record_id
    yield say("supersedes"), record.supersedes
    if record.amendment is not msgspec.UNSET:
        day = say.day(datetime.fromisoformat(record.amendment.at).date())
        yield say("amended"), f"{day}, {record.amendment.by}"
        yield say("amendment_reason"), record.amendment.reason


def _complaint(say: Words, office: Office) -> Markup:
    """Where one complains: at the office, of which only what the record says is known here."""
    place = ", ".join(part for part in (office.name, office.address) if part)
    return tag("p", say("complain", office=place), class_="hint")


def _authenticity(say: Words, entry: Entry) -> Markup:
    submission = entry.submission
    received = entry.received_at.astimezone(datetime.fromisoformat(submission.record.ended_at).tzinfo)
    since = say("inclusion_yes", date=say.day(received.date()))
    technical = (
        (say("received"), say.time(received)),
        (say("leaf"), str(entry.leaf_index + 1)),
        (say("size"), str(entry.checkpoint.size)),
        (say("root"), entry.checkpoint.root.hex()),
        (say("digest"), submission.digest),
        *((say("signed_by"), key.keyid) for key in submission.signed_by),
    )
    return tag(
        "section",
        tag("h2", say("genuine")),
        tag(
            "ul",
            tag("li", tag("i", "✔"), say("signature_yes"), class_="yes"),
            tag("li", tag("i", "✔"), since, class_="yes"),
        ),
        tag("details", tag("summary", say("technical")), _list(technical, "code")),
    )


def _facts(heading: str, rows: Iterable[Row], *more: Markup) -> Markup:
    return tag("section", tag("h2", heading), _list(rows, "span"), *more)


def _list(rows: Iterable[Row], wrap: str) -> Markup:
    return tag(
        "dl", *(tag("div", tag("dt", name), tag("dd", tag(wrap, value))) for name, value in rows if value)
    )


def _form(say: Words) -> Markup:
    field = tag(
        "input", id="kode", name="kode", autocomplete="off", autocapitalize="characters", spellcheck="false"
    )
    hidden = tag("input", type="hidden", name="lang", value=say.language)
    label = tag("label", say("code"), for_="kode")
    return tag(
        "section", tag("form", label, field, hidden, tag("button", say("look")), action="/v", method="get")
    )


def _extent(uut: dict[str, Any], key: str) -> str:
    """Capacity or scale interval as the bench wrote it; of a multi-interval instrument all of them."""
    if key in uut:
        return _written(uut[key])
    intervals = uut.get("intervals")
    if not isinstance(intervals, list | tuple):
        return ""
    return " / ".join(_written(part.get(key)) for part in intervals if isinstance(part, dict))


def _first(say: Words, uut: dict[str, Any], *keys: str) -> str:
    """The entry that this kind of instrument has of those that mean the same to its owner."""
    found = next((found for key in keys if (found := _written(uut.get(key)))), "")
    return say.number(found).replace("m3", "m³")


def _written(value: Any) -> str:
    match value:
        case str():
            return value
        case {"value": str(digits), "unit": str(unit)}:
            return f"{digits} {unit}"
        case _:
            return ""
