"""`tera run`, `runs`, `resume`, `void`, `seal`: from an assignment to a sealed record on its way."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench import events
from bench.attention import RunInterrupted
from bench.cli.exit_code import ExitCode, code_of_verdict
from bench.cli.opening import opened
from bench.cli.output import TRAINING, emit, say, table
from bench.cli.procedures import as_json, print_outcome, print_points
from bench.errors import LaboratoryError
from bench.finishing import WORDS, Finished, officer_of, state_of
from bench.keyring import check_first_pin
from bench.labels import Labels
from bench.laboratory import Folders, load
from bench.look_back import Asked, tested
from bench.operator import Operator
from bench.operators.console import ConsoleOperator
from bench.operators.external import ExternalOperator
from bench.operators.script import ScriptOperator
from bench.operators.twin_hands import AutomaticOperator
from bench.resumption_words import told as told_of_break
from bench.taken import Taken
from bench.workplace import Workplace, read_assignment
from drivers.clock import Clock, PatientClock, SystemClock
from procedures.assignment import unnamed
from procedures.point import Conclusion
from results.journal import Journal
from results.outbox import State
from results.run_summary import RunSummary

_TOLD: Final = 100
"""runs that `tera runs` tells a person who asks for none in particular"""


class Narrator:
    """Tells each decided point as it comes."""

    def __init__(self, labels: Labels, *, silent: bool) -> None:
        """Take the language; `silent` for programs that want JSON only."""
        self._labels = labels
        self._silent = silent

    def notice(self, event: events.Event) -> None:
        """Print a line for what a person would want to know."""
        if self._silent:
            return
        match event:
            case events.RunStarted():
                mark = f"{TRAINING}  " if event.training else ""
                say(f"{mark}{event.number}  {event.title}")
            case events.RunResumed():
                for line in "\n".join(told_of_break(self._labels, event)).splitlines():
                    say(f"  ▲ {line}")
            case events.Decided(replayed=False):
                point = event.point
                indication = self._labels.quantity(point.indication) if point.indication is not None else ""
                outcome = self._labels.measured(point.outcome, point.method)
                say(f"  {self._labels.point(point.label):<34} {indication:>14}  {outcome}")
            case events.SeriesLeft(abandoned=True):
                say(f"  ▲ {self._labels.text('command.abandoned', path=event.path)}")
            case _:
                pass


@asynccontextmanager
async def _operator(options: Namespace, labels: Labels) -> AsyncIterator[Operator]:
    kind, _, rest = options.operator.partition(":")
    match kind:
        case "console":
            output = sys.stderr if options.json else sys.stdout
            yield ConsoleOperator(labels.choice, labels.problem, output=output, keyboard=sys.stdin)
        case "script":
            yield ScriptOperator.from_file(Path(rest))
        case "automatic":
            yield AutomaticOperator()
        case "exec":
            async with ExternalOperator(rest) as operator:
                yield operator
        case _:
            raise LaboratoryError(
                "usage.operator",
                "{who} is no operator.",
                "Use tui, console, automatic, script:FILE or exec:CMD.",
                who=options.operator,
            )


def run(options: Namespace) -> int:
    """Run a test from its beginning."""
    assignment = read_assignment(options.uut)
    if assignment.kind != options.procedure.replace("-", "_"):
        raise LaboratoryError(
            "usage.procedure",
            "{file} is an assignment for {kind}, not for {procedure}.",
            "Run it with: tera run {kind} --uut {file}.",
            file=str(options.uut),
            kind=assignment.kind,
            procedure=options.procedure,
        )
    if not options.json:
        labels = Labels(options.lang)
        for notice in unnamed(assignment):
            say(f"▲ {labels.reason(notice)}")
    if options.operator == "tui":
        from bench.cli.screen import open_screen  # noqa: PLC0415 - textual is loaded only for the screen

        return open_screen(options)

    async def begun(place: Workplace) -> str:
        check_first_pin(place.folders, place.laboratory.officer, _pin())
        chosen = place.players(assignment).chosen(options.instrument)
        return await place.begin(assignment, job=options.uut.stem, chosen=chosen)

    return asyncio.run(_work(options, begun))


def resume(options: Namespace) -> int:
    """Go on with a run that was left or broken off."""
    if options.operator == "tui":
        from bench.cli.screen import open_screen  # noqa: PLC0415 - textual is loaded only for the screen

        return open_screen(options)

    async def found(place: Workplace) -> str:
        found = place.find(options.run).run
        check_first_pin(place.folders, officer_of(place.around, found), _pin())
        return found

    return asyncio.run(_work(options, found))


def _pin() -> str:
    return os.environ.get("TERA_PIN", "")


async def _work(options: Namespace, choose: Callable[[Workplace], Awaitable[str]]) -> int:
    labels = Labels(options.lang)
    clock: Clock = SystemClock()
    if options.operator == "automatic" or options.pace != 1:
        _check_twins(options.lab)
        clock = PatientClock(options.pace)
    async with (
        _operator(options, labels) as operator,
        opened(options, labels, clock) as place,
    ):
        return await carry_through(options, place, await choose(place), operator)


def _check_twins(lab: Path) -> None:
    """Refuse to test without a person, or in a faster time, what is no twin.

    Raises:
        LaboratoryError: an instrument that is none.
    """
    real = [entry.name for entry in load(lab).instrument if entry.twin is None]
    if real:
        raise LaboratoryError(
            "usage.only_twins",
            "Only twins are tested without a person or faster than time goes; {instrument} is none.",
            "Use another operator and the usual pace.",
            instrument=real[0],
        )


async def carry_through(options: Namespace, place: Workplace, run_id: str, operator: Operator) -> int:
    """Conduct, seal, deliver, report; what cannot be done now waits and is said."""
    labels = place.labels
    taken = place.take_up(run_id, operator, (Narrator(labels, silent=options.json),))
    try:
        conclusion = await taken.conduct()
    except RunInterrupted:
        if options.json:
            emit({"run": run_id, "record": taken.begun.number, "outcome": None, "state": "unfinished"})
        else:
            say(labels.text("command.left", run=run_id))
        return ExitCode.IN_DOUBT
    finished = place.seal(run_id, _pin())
    await place.deliver()
    if options.json:
        emit(as_program(place, taken, conclusion, finished))
    else:
        tell(place, taken, conclusion, finished)
    return code_of_verdict(conclusion.verdict.outcome)


def as_program(
    place: Workplace, taken: Taken, conclusion: Conclusion, finished: Finished
) -> dict[str, object]:
    """What came out, in the shape of the contract."""
    return {
        "record": taken.begun.number,
        "run": taken.run,
        **as_json(conclusion),
        "files": finished.files(),
        "registry": registry_state(place, finished),
        "training": taken.begun.training,
    }


def registry_state(place: Workplace, finished: Finished) -> dict[str, object]:
    """Where the record stands; `proof_verified` only when the receipt was verified and is on disk."""
    state = state_of(place.outbox, finished.sealed.verified.record.record_id)
    return {
        "url": finished.address,
        "state": WORDS[state],
        "proof_verified": state is State.DELIVERED,
    }


def tell(place: Workplace, taken: Taken, conclusion: Conclusion, finished: Finished) -> None:
    """Say what came out, to a person."""
    labels = place.labels
    say()
    print_points(labels, conclusion.points)
    say()
    if taken.begun.training:
        say(TRAINING)
    say(f"{labels.text('command.report_record')}: {taken.begun.number}")
    print_outcome(labels, taken.begun.procedure, conclusion.verdict.outcome, conclusion.subjects)
    for reason in (*conclusion.verdict.reasons, *conclusion.notices):
        say(f"  ▲ {labels.reason(reason)}")
    say(f"{labels.text('command.report_certificate')}: {finished.files()['certificate']}")
    if finished.sealed.other_certificate is not None:
        say(f"▲ {labels.text('command.other_certificate', file=str(finished.sealed.other_certificate))}")
    say(f"{labels.text('command.report_registry')}: {registry_state(place, finished)['state']}")
    if finished.address:
        say(f"{labels.text('command.report_address')}: {finished.address}")


def _line(labels: Labels, summary: RunSummary, newer: str) -> tuple[str, ...]:
    """A run in a table; before the seal what was measured, then the verdict, and what replaces it."""
    came_out = ""
    if summary.heading is not None:
        came_out = labels.outcome(summary.heading)
    elif summary.result is not None:
        came_out = labels.measured(summary.result.verdict.outcome)
    if newer:
        came_out += f"  ▲ {labels.text('command.superseded_run', newer=newer)}"
    about = tested(summary)
    return (
        summary.begun.number,
        summary.run,
        summary.begun_at[:16],
        labels.word("run_state", summary.state),
        came_out,
        about["instrument"] or "",
        about["owner"] or "",
    )


def runs(options: Namespace) -> int:
    """The journal's runs, newest last; works while another window is testing."""
    journal_file = Folders(options.lab).journal
    if not journal_file.exists():
        load(options.lab)  # a folder that is no laboratory has no runs to tell of
        if not options.json:
            say(Labels(options.lang).text("command.runs_none"))
        return ExitCode.DONE
    labels = Labels(options.lang)
    with Journal(journal_file, read_only=True) as journal:
        asked = Asked(standard=options.standard, since=options.since, until=options.until)
        # A person without a question wants to see the last ones; programs get all.
        newest = not options.json and asked == Asked()
        found = journal.run_list.newest(_TOLD) if newest else journal.runs()
        # What replaces a run was begun after it, so it is among these.
        newer = {one.begun.supersedes: one.begun.number for one in found if one.sealed is not None}
        summaries = [summary for summary in found if asked.covers(summary)]
        older = len(journal.run_list) - _TOLD if newest else 0
    if options.json:
        for summary in summaries:
            emit(
                {
                    **tested(summary),
                    "run": summary.run,
                    "record": summary.begun.number,
                    "procedure": summary.begun.procedure,
                    "begun_at": summary.begun_at,
                    "state": summary.state,
                    "superseded_by": newer.get(summary.begun.record_id),
                    "training": summary.begun.training,
                }
            )
    elif summaries:
        table([_line(labels, one, newer.get(one.begun.record_id, "")) for one in summaries])
    else:
        say(labels.text("command.runs_none"))
    if older > 0:
        say(labels.text("command.runs_older", count=older))
    return ExitCode.DONE


def void(options: Namespace) -> int:
    """Close a run without a verdict, with a reason; seal it, because its number is accounted for."""
    return asyncio.run(_void(options))


async def _void(options: Namespace) -> int:
    labels = Labels(options.lang)
    async with opened(options, labels) as place:
        summary = place.find(options.run)
        pin = _pin()
        if summary.state != "voided":  # else it was closed before, and only its seal is still to come
            place.void(summary.run, options.reason, pin)
        finished = place.seal(summary.run, pin)
        await place.deliver()
        say(f"{summary.begun.number}  {labels.word('run_state', 'voided')}  {finished.sealed.record}")
    return ExitCode.DONE


def seal(options: Namespace) -> int:
    """Seal a run that has its verdict."""
    return asyncio.run(_seal(options))


async def _seal(options: Namespace) -> int:
    labels = Labels(options.lang)
    async with opened(options, labels) as place:
        summary = place.find(options.run)
        finished = place.seal(summary.run, _pin())
        await place.deliver()
        state = registry_state(place, finished)
        if options.json:
            emit({"record": summary.begun.number, "files": finished.files(), "registry": state})
        else:
            say(f"{summary.begun.number}  {state['state']}  {finished.sealed.record}")
    return ExitCode.DONE
