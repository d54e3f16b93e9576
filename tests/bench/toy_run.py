"""A small script and everything it needs to run: a real journal, a person who keys indications."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.attention import RunInterrupted
from bench.conductor import Conductor
from bench.operator import Operator, Prompt
from bench.station import Bound, Station
from drivers import catalogue
from drivers.clock import SystemClock
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from procedures.action import Answer, Choice, Choose, Done, Keyed, KeyIndication, PlaceLoad
from procedures.point import Conclusion, Method, Outcome, Point, Verdict
from procedures.run import Run
from results.entry import RunBegun
from results.journal import Journal

RUN = "toy"
LOADS = ("100 g", "200 g", "300 g")


async def toy(run: Run) -> Conclusion:
    """Two series of three keyed readings, a moment, a question."""
    points = []
    await run.now()
    for name in ("up", "down"):
        async with run.series(name):
            for load in LOADS:
                async with run.step(load):
                    nominal = Quantity.parse(load)
                    await run.instruct(PlaceLoad(load=nominal))
                    reading = await run.settled("uut", expect=nominal)
                    point = Point(
                        section=name,
                        label=f"{name}/{load}",
                        indication=reading.indication,
                        error=reading.indication - nominal,
                        method=Method.DIRECT,
                        outcome=Outcome.CONFORMS,
                        readings=(run.path(),),
                    )
                    await run.report(point)
                    points.append(point)
    answer = await run.ask(Choose(question="adjust", choices=("adjust", "reject")))
    assert answer == Choice("reject")
    return Conclusion(points=tuple(points), verdict=Verdict(outcome=Outcome.CONFORMS, rule="toy"))


class KeyingOperator:
    """Keys the nominal, and counts what it was asked; may leave or act at a given prompt."""

    def __init__(self, *, leave_at: int | None = None) -> None:
        self.asked: list[str] = []
        self.leave_at = leave_at
        self.keyed: dict[str, Quantity] = {}

    async def answer(self, prompt: Prompt) -> Answer:
        if len(self.asked) == self.leave_at:
            raise RunInterrupted
        self.asked.append(prompt.id)
        match prompt.action:
            case KeyIndication(expect=expect):
                assert expect is not None
                return Keyed(self.keyed.get(prompt.id, expect))
            case Choose():
                return Choice("reject")
            case _:
                return Done()


def begun() -> RunBegun:
    return RunBegun(
        number="",
        procedure="toy",
        edition="1",
        procedure_digest="",
        assignment={},
        task={},
        instruments={},
        office={},
        officer={},
        bench="TEST",
        training=True,
        software={},
    )


@contextmanager
def journal(folder: Path) -> Iterator[Journal]:
    with Journal(folder / "journal.db") as opened:
        if not opened.entries(RUN):
            opened.begin(RUN, begun(), at="2026-11-21T09:00:00+07:00", elapsed=0.0)
        yield opened


def conductor(opened: Journal, operator: Operator, *observers: object) -> Conductor:
    driver = catalogue.load("manual")
    bound = Bound(
        name="toko",
        driver=driver,
        driver_text="",
        port="",
        serial="",
        origin=Origin.MANUAL,
        settle=SettleRule(),
        device=None,
    )
    return Conductor(
        RUN,
        log=opened,
        history=opened.entries(RUN),
        station=Station({"uut": bound}),
        operator=operator,
        observers=observers,
        clock=SystemClock(),
        zone="Asia/Jakarta",
        sentence=str,
    )
