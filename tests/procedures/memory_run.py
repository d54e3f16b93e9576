"""A run in memory over an arithmetic model of a scale: the port implemented, nothing mocked."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal

from drivers.quantity import Quantity
from drivers.reading import DriverMark, Kind, Origin, Reading, Stability
from procedures.action import (
    AddSmallWeights,
    Adjust,
    Answer,
    Choice,
    Choose,
    ClearTare,
    Done,
    FindEdge,
    Inspect,
    Instruction,
    KeyAdded,
    Keyed,
    KeyIndication,
    PlaceLoad,
    Question,
    RemoveLoad,
    RemoveSmallWeights,
    SetTare,
    SetZero,
)
from procedures.point import Point
from procedures.run import Watched

GRAM = Decimal(1)


@dataclass
class ScaleModel:
    """A scale with e = d in grams, whose faults are numbers."""

    step: Decimal
    gain: Decimal = Decimal(0)
    """error per gram of load"""
    offset: Decimal = Decimal(0)
    """what zero-setting leaves behind"""
    corners: dict[str, Decimal] = field(default_factory=dict)
    """error at a position"""
    scatter: list[Decimal] = field(default_factory=list)
    """error of each placing of a load at any position marked `any`, in turn"""
    friction: Decimal = Decimal(0)
    """a change of load smaller than this is not noticed"""
    play: Decimal = Decimal(0)
    """what is felt trails a load that turns from rising to falling by so much"""
    fine_step: Decimal | None = None
    """extended display"""
    kind: Kind = Kind.GROSS
    net_kind: Kind = Kind.NET
    unit: str = "g"

    load: Decimal = Decimal(0)
    small: Decimal = Decimal(0)
    tare: Decimal = Decimal(0)
    zeroed: bool = False
    at: str = "centre"
    extra: Decimal = Decimal(0)
    felt: Decimal | None = None

    def on_receptor(self) -> Decimal:
        return self.load + self.small

    def result(self) -> Decimal:
        mass = self.on_receptor()
        if self.felt is not None and abs(mass - self.felt) < self.friction:
            mass = self.felt
        if self.felt is not None:
            mass = min(max(self.felt, mass - self.play / 2), mass + self.play / 2)
        self.felt = mass
        return (
            mass * (1 + self.gain)
            + self.offset
            + self.corners.get(self.at, Decimal(0))
            + self.extra
            - self.tare
        )

    def display(self, *, fine: bool) -> Quantity:
        step = self.fine_step if fine and self.fine_step is not None else self.step
        steps = (self.result() / step + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
        digit = Quantity(step, "g").to(self.unit).value
        return Quantity((steps * digit).quantize(digit), self.unit)

    def obey(self, action: Instruction) -> None:
        match action:
            case PlaceLoad():
                self.load, self.small, self.at = (
                    self.tare_load + grams(action.load),
                    Decimal(0),
                    action.position,
                )
                self.extra = self.scatter.pop(0) if action.direction == "any" and self.scatter else Decimal(0)
                self.felt = None
            case RemoveLoad() | SetZero():
                self.load = self.small = self.tare = Decimal(0)
                self.at, self.extra, self.felt = "centre", Decimal(0), None
            case AddSmallWeights():
                self.small += grams(action.step) * action.count
                assert action.total is None or self.small == grams(action.total)
            case FindEdge():
                self.find_edge(action)
            case RemoveSmallWeights():
                self.small, self.felt = Decimal(0), None
            case SetTare():
                self.load, self.small, self.felt = grams(action.load), Decimal(0), None
                self.tare = Decimal(0)
                self.tare = self.result() - self.offset
                self.tare_load = self.load
            case ClearTare():
                self.load = self.small = self.tare = self.tare_load = Decimal(0)
                self.kind = Kind.GROSS
            case Adjust():
                self.gain, self.offset, self.corners, self.friction = GRAM * 0, GRAM * 0, {}, GRAM * 0
                self.scatter.clear()

    def find_edge(self, action: FindEdge) -> list[Quantity]:
        """What is shown while small weights are taken off."""
        shown = [self.display(fine=False)]
        for _ in range(action.count):
            self.small -= grams(action.step)
            shown.append(self.display(fine=False))
            if shown[-1] <= shown[0] - action.interval:
                self.small += grams(action.step)
                break
        return shown

    tare_load: Decimal = Decimal(0)


def grams(mass: Quantity) -> Decimal:
    return mass.to("g").value


@dataclass
class MemoryRun:
    """Keeps what happened; a person without a port is `manual`."""

    model: ScaleModel
    answers: dict[str, list[str]] = field(default_factory=dict)
    """choices for each question in turn; the last one is given again and again"""
    manual: bool = False
    stability: Stability = Stability.STABLE
    slip: Callable[[str, Quantity], Quantity] | None = None
    """changes an indication at a path: a forgotten load, a wrong digit"""

    actions: list[tuple[str, Instruction | Question]] = field(default_factory=list)
    points: list[tuple[str, Point]] = field(default_factory=list)
    series_seen: list[str] = field(default_factory=list)
    _stack: list[str] = field(default_factory=list)
    _last: str = ""
    _count: int = 0

    @asynccontextmanager
    async def series(self, name: str) -> AsyncIterator[None]:
        assert not self._stack, "a series stands inside no other"
        assert name not in self.series_seen, "a series is named once in a run"
        self.series_seen.append(name)
        async with self._within(name):
            yield

    @asynccontextmanager
    async def step(self, label: str) -> AsyncIterator[None]:
        assert len(self._stack) == 1, "a step stands inside a series"
        async with self._within(label):
            yield

    @asynccontextmanager
    async def _within(self, name: str) -> AsyncIterator[None]:
        self._stack.append(name)
        try:
            yield
        finally:
            self._stack.pop()

    async def settled(
        self,
        role: str,
        *,
        expect: Quantity | None = None,
        high_resolution: bool = False,
        channel: str | None = None,
        step: Quantity | None = None,
    ) -> Reading:
        assert role == "uut"
        assert channel is None
        assert expect is not None
        assert self._stack, "a reading is taken inside a step"
        self._count += 1
        self._last = "/".join([*self._stack, f"settled {self._count}"])
        indication = self.model.display(fine=high_resolution and not self.manual)
        if self.slip is not None:
            indication = self.slip(self._last, indication)
        fine = high_resolution and self.model.fine_step is not None and not self.manual
        return self._reading(indication, high_resolution=fine)

    def _reading(self, indication: Quantity, *, high_resolution: bool = False) -> Reading:
        kind = self.model.net_kind if self.model.tare else self.model.kind
        return Reading(
            instrument="model",
            indication=indication,
            stability=self.stability,
            kind=Kind.UNKNOWN if self.manual else kind,
            high_resolution=high_resolution,
            origin=Origin.MANUAL if self.manual else Origin.TWIN,
            driver=DriverMark("model", "0" * 64),
            received_at=datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
            elapsed=float(self._count),
        )

    async def watched(
        self,
        roles: Sequence[str],
        action: Instruction,
        *,
        steps: Mapping[str, Quantity] | None = None,
        every_s: float = 1.0,
    ) -> dict[str, Watched]:
        assert tuple(roles) == ("uut",)
        assert isinstance(action, FindEdge)
        self.actions.append(("/".join(self._stack), action))
        during = tuple(self._reading(shown) for shown in self.model.find_edge(action))
        return {"uut": Watched(start=during[0], during=during, end=during[-1])}

    async def instruct(self, action: Instruction) -> None:
        self.actions.append(("/".join(self._stack), action))
        self.model.obey(action)

    async def ask(self, question: Question) -> Answer:
        self.actions.append(("/".join(self._stack), question))
        match question:
            case Inspect():
                return Choice(self._next("inspect", "conforms"))
            case Choose(question="find_edge", facts=facts):
                step = Quantity.parse(facts["step"])
                interval = Quantity.parse(facts["indication"]) - Quantity.parse(facts["fallen"])
                shown = self.model.find_edge(
                    FindEdge(step=step, count=int(facts["count"]), interval=interval)
                )
                fell = shown[-1] <= Quantity.parse(facts["fallen"])
                return Choice("fell" if fell else "did_not_fall")
            case Choose():
                return Choice(self._next(question.question, question.choices[-1]))
            case KeyAdded():
                return Keyed(self._added(question))
            case KeyIndication():
                return Done()

    def _next(self, question: str, usual: str) -> str:
        given = self.answers.get(question, [usual])
        return given.pop(0) if len(given) > 1 else given[0]

    def _added(self, question: KeyAdded) -> Quantity:
        for count in range(13):
            self.model.small = grams(question.step) * count
            if self.model.display(fine=False) > question.indication:
                self.model.small = Decimal(0)
                return question.step * count
        raise AssertionError("the display never changed")

    async def offered(self, role: str) -> tuple[str, ...] | None:
        raise AssertionError(f"the script sends nothing, yet it asks what {role} takes")

    async def act(self, role: str, command: str, **numbers: Decimal) -> None:
        raise AssertionError(f"the script sends nothing, yet it sent {command} {numbers} to {role}")

    async def now(self) -> datetime:
        return datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

    async def report(self, point: Point) -> None:
        self.points.append(("/".join(self._stack), point))

    def path(self) -> str:
        return self._last
