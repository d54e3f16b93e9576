"""`tera retention`: how old each record is, in which copies it is kept, and what may be let go."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from bench.cli.exit_code import ExitCode
from bench.cli.output import emit, say
from bench.cli.typed_pin import typed_pin
from bench.complaints import person
from bench.errors import LaboratoryError
from bench.labels import Labels
from bench.laboratory import Folders, load
from bench.rereading import is_there
from bench.retention import Retention
from bench.standing import Standing
from bench.trail import Trail
from drivers.clock import SystemClock
from results.journal import Journal
from results.retention import disks_apart


@contextmanager
def _retention(options: Namespace, *, read_only: bool = False) -> Iterator[Retention]:
    laboratory, folders, clock = load(options.lab), Folders(options.lab), SystemClock()
    if options.officer is not None:
        laboratory = laboratory.seated(options.officer)
    folders.make()
    with Journal(folders.journal, read_only=read_only and folders.journal.exists()) as journal:
        retention = Retention(
            laboratory=laboratory,
            folders=folders,
            journal=journal,
            trail=Trail.of(laboratory, journal, clock),
            clock=clock,
        )
        if not read_only:
            retention.finish()
        yield retention


def show(options: Namespace) -> int:
    """Every record or some: age, register, copies, and what speaks against letting its evidence go."""
    labels = Labels(options.lang)
    with _retention(options, read_only=True) as retention:
        known, today, copies = retention.standings(), retention.today(), retention.known()
    _check_known(options.number, known)
    if not known and not options.json:
        say(labels.text("command.retention_none"))
    lost = False
    for number in options.number or known:
        one = known[number]
        lost |= not one.there and one.released is None
        if options.json:
            emit(_as_program(labels, one, today))
        else:
            _tell(labels, one, today)
    if not options.json and not options.number:
        for copy in copies:
            state = labels.text(f"retention.{'at_hand' if is_there(copy) else 'not_at_hand'}")
            disks = ", ".join(sorted(copy.disks)) or "–"
            facts = {"place": copy.place, "at": copy.checked_at[:16], "disks": disks, "state": state}
            say(labels.text("retention.copy", **facts))
    return ExitCode.DOES_NOT_CONFORM if lost else ExitCode.DONE


def release(options: Namespace) -> int:
    """Let the evidence of records go."""
    with _retention(options) as retention:
        who = person(retention.laboratory, options.by)
        numbers = options.number or _ended_before(retention, options.before)
        retention.release(who, typed_pin(options, who), numbers, options.copy, options.reason)
    labels = Labels(options.lang)
    if options.json:
        emit({"released": list(numbers)})
    else:
        say(f"✔ {labels.text('retention.released', count=len(numbers), numbers=' '.join(numbers))}")
        say(f"▲ {labels.text('retention.keep_copies')}")
    return ExitCode.DONE


def bring_back(options: Namespace) -> int:
    """Put evidence that was let go back."""
    with _retention(options) as retention:
        source = retention.bring_back(options.number, options.copy)
    if options.json:
        emit({"returned": options.number, "from": str(source)})
    else:
        facts = {"number": options.number, "file": str(source)}
        say(f"✔ {Labels(options.lang).text('retention.returned', **facts)}")
    return ExitCode.DONE


def _check_known(numbers: list[str], known: dict[str, Standing]) -> None:
    for number in numbers:
        if number not in known:
            raise LaboratoryError(
                "retention.unknown",
                "There is no sealed record {number} here.",
                "See them with: tera retention show.",
                number=number,
            )


def _ended_before(retention: Retention, day: str) -> list[str]:
    try:
        limit = date.fromisoformat(day)
    except ValueError:
        raise LaboratoryError(
            "usage.time",
            "{text} is no time.",
            "Write a day or a time as in 2026-11-21 or 2026-11-21T10:00:00+07:00.",
            text=day,
        ) from None
    today = retention.today()
    found = [
        one.number
        for one in retention.standings().values()
        if one.ended < limit and one.there and not one.held(today)
    ]
    if not found:
        raise LaboratoryError(
            "retention.none",
            "No evidence of tests before {day} may be let go.",
            "See why with: tera retention show.",
            day=day,
        )
    return found


def _as_program(labels: Labels, one: Standing, today: date) -> dict[str, object]:
    return {
        "record": one.number,
        "ended": one.ended.isoformat(),
        "age_days": (today - one.ended).days,
        "kept_until": one.until,
        "registered": one.registered,
        "copies": [
            {"place": copy.place, "checked_at": copy.checked_at, "at_hand": is_there(copy)}
            for copy in one.copies
        ],
        "disks": disks_apart([copy.disks for copy in one.copies]),
        "evidence": _state(one),
        "released": None
        if one.released is None
        else {"at": one.released.at, "by": one.released.person, "reason": one.released.reason},
        "may_be_released": one.there and not one.held(today),
        "held": [{"code": why.code, "why": labels.problem(why)[0]} for why in one.held(today)],
    }


def _state(one: Standing) -> str:
    """`here`, `unfinished` (released, and not gone yet), `released`, or `missing`."""
    if one.released is None:
        return "here" if one.there else "missing"
    return "released" if not one.there else "here" if one.released.done else "unfinished"


def _tell(labels: Labels, one: Standing, today: date) -> None:
    state, held = _state(one), one.held(today)
    mark = {"missing": "✘", "released": "–", "unfinished": "▲"}.get(state, "▲" if held else "✔")
    registered = "–" if one.registered is None else one.registered.isoformat()[:10]
    facts = {
        "ended": one.ended.isoformat(),
        "days": (today - one.ended).days,
        "registered": registered,
        "copies": len(one.copies),
        "disks": disks_apart([copy.disks for copy in one.copies]),
    }
    told = labels.word("evidence_state", state), labels.text("retention.line", **facts)
    say("  ".join((f"{mark} {one.number}", *told)))
    if one.released is not None and not one.there:
        facts = {"at": one.released.at[:16], "by": one.released.person, "reason": one.released.reason}
        say(f"    {labels.text('retention.gone_line', **facts, copies=', '.join(one.released.copies))}")
        return
    for why in held:
        say(f"    {labels.problem(why)[0]}")
