"""What a run screen shows, as a fold over the events of the run: no Textual, no clock, no answer to anybody.

The same events give the same view, told once or twice; so a screen comes back after a crash or a retake.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from bench import events
from bench.operator import Prompt
from drivers.protocols import Refused
from drivers.quantity import Quantity
from drivers.reading import Origin, Reading
from procedures.action import Action
from procedures.edition import PlannedStep
from procedures.point import Conclusion, Outcome, Point
from procedures.rounding import told
from results.certificate.columns import shortened
from results.entry import AFTER_RETAKE

BESIDE_LIMITS: Final = 4
"""places below the first digit of a limit at which a decimal of an error is nothing beside it"""
COPIED_AT_LEAST: Final = 5
"""So many keyed readings make a pattern."""
COPIED_WITHIN_S: Final = 4.0
"""Nobody changes a load and reads a display in less, time after time."""
_AS_LEFT: Final = "as_left/"
"""how paths of the second test begin, after an adjustment"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: what was planned, and the point once it is decided."""

    step: PlannedStep
    point: Point | None = None
    path: str = ""
    """path under which the point was reported"""


@dataclass(frozen=True, kw_only=True)
class Retaken:
    """A point or series that was done again; its first attempt is kept."""

    path: str
    reason: str
    note: str = ""
    """the reason in the person's own words"""


@dataclass(frozen=True, kw_only=True)
class RunView:
    """Everything of a run that a screen may show."""

    run: str = ""
    number: str = ""
    title: str = ""
    training: bool = False
    broken_off: events.RunResumed | None = None
    """what the break did, when the run was taken up again just now"""
    rows: tuple[Row, ...] = ()
    measured_now: frozenset[str] = frozenset()
    """paths of points that were decided since the run was begun or taken up; the others took no time here"""
    step: str = ""
    """path of the step under way"""
    standing: tuple[Action, ...] = ()
    """instructions given since the last reading, or since what was asked last"""
    asked: bool = False
    """whether the last prompt was a question: what is instructed next begins anew"""
    settling: str = ""
    """role whose rest is awaited, while it is"""
    lost: str = ""
    """role whose line is gone, while the bench waits for it"""
    live: Mapping[str, Reading | Refused] = field(default_factory=dict)
    captured: Mapping[str, Reading] = field(default_factory=dict)
    """readings on disk by path"""
    last: Point | None = None
    """the point decided last"""
    retaken: tuple[Retaken, ...] = ()
    conclusion: Conclusion | None = None
    sealed: str = ""
    """the record's number, once it is sealed"""
    address: str = ""
    """verification address, once the registry's receipt was verified"""
    stopped: str = ""

    def fold(self, event: events.Event) -> "RunView":  # noqa: C901, PLR0911, PLR0912 - one case an event
        """The view after one more event."""
        match event:
            case events.RunStarted():
                return self._started(event)
            case events.StepEntered():
                return self._entered(event.path)
            case events.SeriesLeft(abandoned=True):
                return self._abandoned(event)
            case events.Prompted():
                return self._prompted(event.prompt)
            case events.Settling():
                return replace(self, settling=event.role, lost="")
            case events.LinkLost():
                return replace(self, lost=event.role)
            case events.Live():
                return replace(self, live={**self.live, event.role: event.shown})
            case events.Captured():
                kept = {**self.captured, event.path: event.reading}
                return replace(self, captured=kept, standing=(), settling="", lost="")
            case events.Decided():
                return self._decided(event)
            case events.ConclusionReached():
                return replace(self, conclusion=event.conclusion, standing=(), settling="")
            case events.RecordSealed():
                return replace(self, sealed=event.number)
            case events.RecordDelivered():
                return replace(self, address=event.address)
            case events.RunStopped():
                return replace(self, stopped=event.how, standing=(), settling="")
            case events.RunResumed():
                return replace(self, broken_off=event)
            case events.SeriesEntered() | events.SeriesLeft() | events.Answered():
                return self

    def folded(self, told: Iterable[events.Event]) -> "RunView":
        """The view after many events."""
        view = self
        for event in told:
            view = view.fold(event)
        return view

    def _started(self, event: events.RunStarted) -> "RunView":
        return RunView(
            run=event.run,
            number=event.number,
            title=event.title,
            training=event.training,
            rows=tuple(Row(step=step) for step in event.plan),
            live=self.live,
            retaken=self.retaken if event.run == self.run else (),
        )

    def _entered(self, path: str) -> "RunView":
        """After an adjustment everything is tested again; what was found before stays in the record."""
        anew = path.startswith(_AS_LEFT) and not self.step.startswith(_AS_LEFT)
        rows = tuple(Row(step=row.step) for row in self.rows) if anew else self.rows
        return replace(self, step=path, rows=rows)

    def _prompted(self, prompt: Prompt) -> "RunView":
        before = () if self.asked and prompt.kind == "instruct" else self.standing
        given = (*before, prompt.action) if prompt.kind == "instruct" else before
        return replace(self, standing=given, asked=prompt.kind == "ask", settling="", lost="")

    def _abandoned(self, event: events.SeriesLeft) -> "RunView":
        answer_alone = event.reason == events.MISTYPED
        step = event.path.rpartition("/")[0] if answer_alone else event.path
        rows = tuple(Row(step=row.step) if row.path.startswith(f"{step}/") else row for row in self.rows)
        left = [row.point for row in rows if row.point is not None]
        gone = {row.step.label for row in self.rows} - {point.label for point in left}
        last = self.last if self.last is None or self.last.label not in gone else (left[-1] if left else None)
        retaken = Retaken(path=event.path, reason=event.reason, note=event.note)
        again = retaken in self.retaken or event.reason == AFTER_RETAKE
        known = self.retaken if again else (*self.retaken, retaken)
        return replace(self, rows=rows, last=last, retaken=known, standing=(), settling="")

    def _decided(self, event: events.Decided) -> "RunView":
        decided = event.point
        rows = list(self.rows)
        for index, row in enumerate(rows):
            if row.step.label == decided.label:
                rows[index] = replace(row, point=decided, path=event.path)
                break
        else:
            unplanned = PlannedStep(section=decided.section, label=decided.label, load=decided.nominal)
            rows.append(Row(step=unplanned, point=decided, path=event.path))
        now = self.measured_now if event.replayed else self.measured_now | {event.path}
        return replace(self, rows=tuple(rows), measured_now=now, last=decided)

    # ------------------------------------------------------------------ what follows from it

    def points(self) -> tuple[Point, ...]:
        """The decided points in the order of the table."""
        return tuple(row.point for row in self.rows if row.point is not None)

    def current(self) -> int | None:
        """Index of the row under way: the one whose step is open, else the first that is not decided."""
        for index, row in enumerate(self.rows):
            if row.step.label == self.step and row.point is None:
                return index
        return next((index for index, row in enumerate(self.rows) if row.point is None), None)

    def sections(self) -> tuple[str, ...]:
        """The sections in the order of the plan."""
        return tuple(dict.fromkeys(row.step.section for row in self.rows))

    def unit(self) -> str:
        """The unit in which this run speaks, from its plan and its points; empty when neither has one."""
        loads = (row.step.load for row in self.rows)
        nominals = (point.nominal for point in self.points())
        return next((quantity.unit for quantity in (*loads, *nominals) if quantity is not None), "")

    def looks_copied(self) -> bool:
        """Whether all keyed readings equal their nominal, one after another faster than hands can work."""
        keyed = [reading for reading in self.captured.values() if reading.origin is Origin.MANUAL]
        if len(keyed) < COPIED_AT_LEAST:
            return False
        nominal_of = {path: point.nominal for point in self.points() for path in point.readings}
        if any(
            reading.indication != nominal_of.get(path, reading.indication)
            for path, reading in self.captured.items()
            if reading.origin is Origin.MANUAL
        ):
            return False
        times = sorted(reading.received_at for reading in keyed)
        gaps = sorted((late - early).total_seconds() for early, late in pairwise(times))
        return gaps[len(gaps) // 2] < COPIED_WITHIN_S


def share(point: Point) -> Decimal | None:
    """How much of its tolerance a point has used: 1 is the limit itself; None without error or tolerance."""
    error = point.corrected_error if point.corrected_error is not None else point.error
    if error is None or point.tolerance is None:
        return None
    limit = point.tolerance.upper if error.value >= 0 else point.tolerance.lower
    room = abs(limit).to(error.unit).value
    if not room:
        return Decimal(0) if not error.value else None
    return abs(error).value / room


def worst(points: Iterable[Point]) -> Point | None:
    """The point that used most of its tolerance; one that does not conform before all others."""
    measured = [(point, share(point)) for point in points]
    ranked = [
        (point.outcome is Outcome.DOES_NOT_CONFORM, used, point)
        for point, used in measured
        if used is not None
    ]
    return max(ranked, key=lambda entry: entry[:2])[2] if ranked else None


def shown_error(point: Point) -> Quantity | None:
    """The error that is compared with the tolerance: corrected where the method gives an E0."""
    return point.corrected_error if point.corrected_error is not None else point.error


def short_error(point: Point) -> Quantity | None:
    """That error for a screen: without decimals that are nothing beside its limits, unless they decide."""
    error = shown_error(point)
    if error is None or point.tolerance is None:
        return error
    limits = point.tolerance.lower, point.tolerance.upper
    full = told(error, *limits)
    sizes = [abs(limit).to(full.unit).value.adjusted() for limit in limits if limit]
    return shortened(full, min(sizes, default=0) - BESIDE_LIMITS, *limits)
