"""A cable pulled out while an instrument settles: it is read again by itself, and the gap stays on paper."""

import asyncio
import sys

import pytest

from bench import events
from bench.conductor import Conductor
from bench.station import Bound, Station
from bench.tui.view import RunView
from drivers.catalogue import load
from drivers.clock import SystemClock
from drivers.device import Device
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.transports.lines import Lines
from drivers.twins.line import TcpLine, pty_line
from drivers.twins.playing import play
from drivers.twins.scenario import Scenario
from procedures.point import Conclusion
from results.certificate.content import _break
from results.composition import _breaks
from results.entry import LINK_BACK, LINK_LOST, Done, Noted
from results.kept_reading import samples_of
from tests.bench import toy_run

OUT_S = 1.5

LINES = {
    "characters over a pseudo-terminal": ("st-gs", False),
    "characters over TCP": ("mt-sics", True),
    "registers over a pseudo-terminal": ("hbm-wtx-modbus", False),
    "registers over TCP": ("hbm-wtx-modbus", True),
}


class Watcher:
    """Pulls the cable out when the instrument begins to settle, and puts it back later."""

    def __init__(self, twin):
        self.twin = twin
        self.view = RunView()
        self.seen = []
        self.lost_shown = False
        self.task = None

    def notice(self, event):
        self.seen.append(event)
        self.view = self.view.fold(event)
        self.lost_shown |= self.view.lost == "uut"
        if isinstance(event, events.Settling) and self.task is None:
            self.task = asyncio.create_task(self.pull())

    async def pull(self):
        await asyncio.sleep(0.6)
        await self.twin.unplug()
        await asyncio.sleep(OUT_S)
        await self.twin.replug()


async def weigh(run):
    await run.settled("uut")
    return Conclusion(points=(), verdict=None)


@pytest.mark.one_in(2)
@pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are pseudo-terminals")
@pytest.mark.parametrize("why", LINES)
def test_a_cable_out_while_it_settles_costs_a_gap_that_is_noted_and_nobody_is_asked(why, tmp_path):
    name, over_tcp = LINES[why]
    driver, clock = load(name), SystemClock()

    async def story(opened):
        line = TcpLine() if over_tcp else pty_line(tmp_path / "line")
        twin = play(driver, Scenario(), clock, line, tcp=over_tcp)
        await twin.start()
        device = Device("uut", driver, Lines(clock).line(driver, twin.address), clock, origin=Origin.TWIN)
        bound = Bound(
            name="uut", driver=driver, driver_text=driver.text, port=twin.address, serial="",
            origin=Origin.TWIN, settle=SettleRule(duration_s=1.5), device=device,
        )  # fmt: skip
        watcher, operator = Watcher(twin), toy_run.KeyingOperator()
        try:
            await device.start()
            conductor = Conductor(
                toy_run.RUN, log=opened, history=opened.entries(toy_run.RUN), station=Station({"uut": bound}),
                operator=operator, observers=[watcher], clock=clock, zone="Asia/Jakarta", sentence=str,
            )  # fmt: skip
            await conductor.conduct(weigh)
            await watcher.task
        finally:
            await device.close()
            await twin.close()
        return watcher, operator

    with toy_run.journal(tmp_path) as opened:
        watcher, operator = asyncio.run(story(opened))
        kept = opened.entries(toy_run.RUN)
    assert operator.asked == []
    assert watcher.lost_shown
    assert watcher.view.lost == ""
    gone, back = [row.entry for row in kept if isinstance(row.entry, Noted)]
    assert (gone.what, back.what) == (LINK_LOST, LINK_BACK)
    assert back.facts["role"] == "uut"
    assert back.facts["gap_s"] >= OUT_S
    (done,) = [row.entry for row in kept if isinstance(row.entry, Done)]
    assert len(samples_of(done)) > 2
    (on_paper,) = _breaks(kept)
    assert on_paper["kind"] == LINK_BACK
    assert on_paper["seconds"] == max(1, round(back.facts["gap_s"]))
    assert "Sambungan alat terputus" in _break(on_paper)
