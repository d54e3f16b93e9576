"""A run from its first entry to its verdict: begin, take up again, void.

All that a script needs is frozen in the first entry; taking a run up again reads nothing from the laboratory
file but the instruments, and those must be the same.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bench import events
from bench.clock_order import CLOCK_MAY_STEP_S
from bench.clock_state import clock_state
from bench.conductor import Conductor
from bench.environment import Environment
from bench.errors import LaboratoryError, unknown_run
from bench.going_on import check_still_valid
from bench.laboratory import Laboratory
from bench.operator import Operator
from bench.people import check_competence, check_nip
from bench.resumption import Resumption, resumption
from bench.software import identification, package_digest, package_digests
from bench.station import Bound, Station
from bench.taken import Taken
from drivers import notation
from drivers.clock import Clock
from drivers.errors import UnitError
from drivers.identity import Told
from drivers.notation import to_plain
from drivers.quantity import Quantity
from drivers.reading import Origin
from procedures.action import Action
from procedures.assignment import Assignment
from procedures.catalogue import find
from procedures.edition import Procedure
from results.entry import Closed, Concluded, Kept, Noted, Resumed, RunBegun
from results.journal import Journal
from results.ordering import state_after


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every run of a laboratory shares."""

    laboratory: Laboratory
    journal: Journal
    station: Station
    clock: Clock
    sentence: Callable[[Action], str]
    """writes an action in the operator's language"""
    title: Callable[[Assignment], str]
    checkpoint: Callable[[], str] = str
    """the registry's newest signed checkpoint that was verified here; empty without one"""
    clock_state: Callable[[], dict[str, str]] = clock_state
    """whether the computer's clock follows another"""

    def at(self) -> str:
        """The wall time at the office, with its offset."""
        return self.clock.utc().astimezone(ZoneInfo(self.laboratory.office.time_zone)).isoformat()


def check(around: Surroundings, assignment: Assignment) -> Any:
    """Check everything that can be checked before touching the instrument; gives the procedure's task.

    Raises:
        ProcedureError: rules, loads or standards do not allow this test.
        LaboratoryError: an instrument is missing.
    """
    procedure = find(assignment.kind)
    for role in procedure.roles:
        around.station.bound(role)
    today = datetime.fromisoformat(around.at()).date()
    return procedure.prepare(assignment, today, _standards(around.laboratory, assignment))


def begin(
    around: Surroundings, assignment: Assignment, *, job: str = "", told: Mapping[str, Told] | None = None
) -> str:
    """Begin a run, which consumes a number; returns its id.

    Args:
        around: the laboratory.
        assignment: what is to be tested.
        job: the name of the order file that says so.
        told: by role, what the instruments said of themselves.

    Raises:
        ProcedureError: see `check`; no number is consumed.
        LaboratoryError: see `check`; no number is consumed.
        StorageError: the disk refuses; no number is consumed.
    """
    task = check(around, assignment)
    laboratory, procedure, bound = around.laboratory, find(assignment.kind), around.station.roles
    now = datetime.fromisoformat(around.at())
    training = laboratory.bench.training or any(one.origin is Origin.TWIN for one in bound.values())
    if not laboratory.bench.training:
        check_competence(laboratory.officer, procedure.id, now.date())
    if not training and laboratory.registry is not None:
        check_nip(laboratory.officer)
    run = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    begun = RunBegun(
        number="",
        procedure=procedure.id,
        edition=procedure.edition,
        procedure_digest=package_digest("procedures"),
        assignment=to_plain(assignment),
        task=to_plain(task),
        standards=tuple(to_plain(use) for use in procedure.standards_used(task)),
        cupboard=tuple(to_plain(standard) for standard in _standards(laboratory, assignment)),
        instruments={
            role: _described(instrument) | _said((told or {}).get(role, Told()))
            for role, instrument in bound.items()
        },
        drivers={instrument.driver.mark.digest: instrument.driver_text for instrument in bound.values()},
        office=to_plain(laboratory.office),
        officer=to_plain(laboratory.signer()),
        officer_id=laboratory.officer.id,
        bench=laboratory.bench.id,
        registry=laboratory.registry.url if laboratory.registry is not None else "",
        training=training,
        software=identification(),
        checkpoint=around.checkpoint(),
        job=job,
        clock=around.clock_state(),
    )
    around.journal.begin(run, begun, at=around.at(), elapsed=around.clock.monotonic())
    return run


def begun_of(around: Surroundings, run: str) -> RunBegun:
    """How a run was begun.

    Raises:
        LaboratoryError: no such run.
    """
    return _history(around, run)[1]


def take_up(
    around: Surroundings, run: str, operator: Operator, observers: Sequence[events.Observer]
) -> Taken:
    """Take a begun run in hand, for the first time, after a break, or to seal what it concluded.

    Raises:
        LaboratoryError: no such run, closed without a verdict, broken off for too long, or begun with another
            instrument or software; or what `check_still_valid` refuses.
    """
    history, begun = _history(around, run)
    procedure = find(begun.procedure)
    state = state_after(kept.entry for kept in history)
    found: Resumption | None = None

    def check_today() -> None:
        if state == "open":
            check_still_valid(around.laboratory, run, begun, datetime.fromisoformat(around.at()).date())

    if begun.supersedes:
        raise _ended(run)
    if state == "open":
        _check_same(around, run, begun)
        check_today()
        if len(history) > 1:
            resumed, found = _after_break(around, run, history, procedure)
            history.append(resumed)
    elif not any(isinstance(kept.entry, Concluded) for kept in history):
        raise _ended(run)
    task = notation.from_builtins(begun.task, procedure.task)
    conductor = Conductor(
        run,
        log=around.journal,
        history=history,
        station=around.station,
        operator=operator,
        observers=observers,
        clock=around.clock,
        zone=around.laboratory.office.time_zone,
        sentence=around.sentence,
        keyed_step=_scale_interval(begun.assignment["uut"]),
    )
    started = events.RunStarted(
        run=run,
        number=begun.number,
        title=around.title(notation.from_builtins(begun.assignment, Assignment)),
        training=begun.training,
        resumed=len(history) > 1,
        plan=procedure.plan(task),
    )
    for observer in observers:
        observer.notice(started)
        if found is not None:
            observer.notice(found.event())
    return Taken(
        run=run,
        begun=begun,
        procedure=procedure,
        task=task,
        conductor=conductor,
        station=Station(
            {role: bound for role, bound in around.station.roles.items() if role in begun.instruments}
        ),
        environment=Environment(around.laboratory.environment if state == "open" else (), around.station),
        resumption=found,
        clock_state=around.clock_state if state == "open" else None,
        check_still_valid=check_today,
        void=lambda reason: close(around, run, how="voided", reason=reason),
    )


def close(around: Surroundings, run: str, *, how: str, reason: str) -> None:
    """End a run without a verdict; it keeps its number and its record is delivered too.

    Raises:
        LaboratoryError: no such run, or it has ended.
    """
    if not reason.strip():
        raise LaboratoryError(
            "run.no_reason", "A run is closed only with a reason.", 'Give one: --reason "salah alat".'
        )
    history, _ = _history(around, run)
    if state_after(kept.entry for kept in history) != "open":
        raise _ended(run)
    entry = Closed(how=how, reason=reason, by=around.laboratory.officer.name)
    around.journal.append(run, entry, at=around.at(), elapsed=around.clock.monotonic())


def _history(around: Surroundings, run: str) -> tuple[list[Kept], RunBegun]:
    history = around.journal.entries(run)
    if not history or not isinstance(begun := history[0].entry, RunBegun):
        raise unknown_run(run)
    return history, begun


def _ended(run: str) -> LaboratoryError:
    return LaboratoryError(
        "run.ended",
        "The run {run} has already ended and stays as it is.",
        "Begin a new run with: tera run.",
        run=run,
    )


def _standards(laboratory: Laboratory, assignment: Assignment) -> tuple[Any, ...]:
    known = {standard.id: standard for standard in laboratory.standard}
    for wanted in assignment.standards:
        if wanted not in known:
            raise LaboratoryError(
                "laboratory.standard_unknown",
                "This laboratory has no standard {standard}; it has {known}.",
                "Correct the name in the assignment, or register the standard in laboratory.toml.",
                standard=wanted,
                known=", ".join(known) or "none",
            )
    return tuple(known[wanted] for wanted in assignment.standards) or laboratory.standard


def _scale_interval(uut: dict[str, Any]) -> Quantity | None:
    try:
        return Quantity.parse(str(uut.get("d") or uut.get("e")))
    except UnitError:
        return None


def _said(told: Told) -> dict[str, Any]:
    said = {"told_serial": told.serial, "seal_counter": told.seal_counter}
    return {name: value for name, value in said.items() if value}


def _described(instrument: Bound) -> dict[str, Any]:
    channel = {} if instrument.channel is None else {"channel": instrument.channel}
    return channel | {
        "name": instrument.name,
        "driver": instrument.driver.mark.id,
        "driver_digest": instrument.driver.mark.digest,
        "port": instrument.port,
        "serial": instrument.serial,
        "origin": instrument.origin.value,
        "settle": to_plain(instrument.settle),
    }


def _check_same(around: Surroundings, run: str, begun: RunBegun) -> None:
    if any(begun.software.get(name) != digest for name, digest in package_digests().items()):
        raise LaboratoryError(
            "run.software_changed",
            "Run {run} was begun with another release of this program.",
            "Declare it not continued with a reason (X on the home screen, or tera void) and test again; an "
            "update must wait until no run is open.",
            run=run,
        )
    for role, then in begun.instruments.items():
        now = _described(around.station.bound(role))
        same = ("name", "driver", "driver_digest", "serial", "origin", "settle")
        changed = [key for key in same if key in then and then[key] != now[key]]
        if changed:
            raise LaboratoryError(
                "run.instrument_changed",
                "Run {run} was begun with another instrument as {role}: {changed} differ.",
                "Connect the instrument it was begun with, or void the run with a reason.",
                run=run,
                role=role,
                changed=", ".join(changed),
            )


def _after_break(
    around: Surroundings, run: str, history: Sequence[Kept], procedure: Procedure[Any]
) -> tuple[Kept, Resumption]:
    last = history[-1]
    now = datetime.fromisoformat(around.at())
    gap = (now - datetime.fromisoformat(last.at)).total_seconds()
    if gap < -CLOCK_MAY_STEP_S:
        close(around, run, how="interrupted", reason="clock_went_back")
        raise LaboratoryError(
            "run.clock",
            "The clock went back by {seconds} s since run {run} was left; it is closed as interrupted.",
            "Set the clock right, seal the run with `tera seal {run}` and begin a new one.",
            run=run,
            seconds=round(-gap),
        )
    worked = next(kept for kept in reversed(history) if not isinstance(kept.entry, Resumed | Noted))
    idle = (now - datetime.fromisoformat(worked.at)).total_seconds()
    if idle > procedure.resume_within_s:
        close(around, run, how="interrupted", reason="resume_within")
        raise LaboratoryError(
            "run.too_late",
            "Run {run} was broken off {minutes} minutes ago, longer than the procedure allows; "
            "it is closed as interrupted.",
            "Seal it with `tera seal {run}` and begin a new run.",
            run=run,
            minutes=int(idle // 60),
        )
    found = resumption(history, procedure, gap_s=round(gap, 1), idle_s=idle)
    resumed = Resumed(gap_s=found.gap_s, last_path=found.broken_off)
    return around.journal.append(run, resumed, at=around.at(), elapsed=around.clock.monotonic()), found
