"""Surroundings that leave their limits: no run outside of them, a fact of its own, and never a pass."""

from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bench import finishing, session
from bench.cli.exit_code import ExitCode, code_of
from bench.environment import Environment
from bench.errors import LaboratoryError
from bench.laboratory import FILE_NAME, Folders, LimitsEntry, load
from bench.operators.twin_hands import TwinHands
from bench.session import Surroundings
from bench.station import Bound, Station
from bench.workplace import read_assignment
from drivers import catalogue
from drivers.device import Device
from drivers.quantity import Quantity
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.twins.twin import Twin
from procedures.action import PlaceLoad
from procedures.point import Outcome
from results.certificate.content import certificate_content
from results.entry import ENVIRONMENT_LEFT, Concluded, Noted
from results.journal import Journal
from results.keys import read_trusted_keys
from results.outbox import Outbox
from results.verification import load_record
from tests.bench.scale_bench import OFFICE, Penera, settings
from tests.bench.simulated_bench import MORNING
from tests.bench.test_scales_on_twins import order
from tests.bench.virtual_time import Cable, VirtualClock, run

ROOM = '[[environment]]\nrole = "ambient_temperature"\nlower = "15 g"\nupper = "35 g"\n'
"""A small scale plays the thermometer, so degrees are grams here."""
NOMINALS = ("1 kg", "500 g", "100 g", "10 g", "2 g", "1 g", "200 mg")
WEIGHTS = "weights = [{}]\n".format(", ".join(f'{{ nominal = "{one}", count = 9 }}' for one in NOMINALS))
PLATE = 'max = "6 kg"\nmin = "40 g"\ne = "2 g"\nd = "2 g"\n'


class Draught(Penera):
    """A penera who opens a window at the n-th load, when the room is `room`."""

    def __init__(self, room, at):
        super().__init__()
        self.room, self.at, self.placed = room, at, 0

    async def answer(self, prompt):
        self.placed += isinstance(prompt.action, PlaceLoad)
        if self.placed == self.at:
            self.room.place(Quantity(40, "g"))
        return await super().answer(prompt)


@asynccontextmanager
async def bench(root):
    """A scale under test and the room beside it, on lines in memory and in virtual time."""
    (root / FILE_NAME).write_text(OFFICE.replace("DRIVER", "manual") + WEIGHTS + ROOM, "utf-8")
    (root / "order.toml").write_text(order(PLATE), "utf-8")
    clock, driver, folders = VirtualClock(MORNING), catalogue.load("st-gs"), Folders(root)
    folders.make()
    async with AsyncExitStack() as stack:
        twins, bound = {}, {}
        for role, most, d in (("uut", "6 kg", "2 g"), ("ambient_temperature", "100 g", "1 g")):
            cable = Cable()
            twins[role] = Twin(driver, settings(max=most, d=d), clock, cable)
            device = Device(role, driver, cable.near, clock, origin=Origin.TWIN)
            await twins[role].start()
            stack.push_async_callback(twins[role].close)
            await device.start()
            stack.push_async_callback(device.close)
            bound[role] = Bound(
                name=role,
                driver=driver,
                driver_text=driver.text,
                port="cable",
                serial="",
                origin=Origin.TWIN,
                settle=SettleRule(duration_s=0.3, span_steps=0, timeout_s=10.0),
                device=device,
            )
        twins["ambient_temperature"].place(Quantity(25, "g"))
        await clock.sleep(2)
        journal = stack.enter_context(Journal(folders.journal, reserve_bytes=0))
        around = Surroundings(
            laboratory=load(root),
            journal=journal,
            station=Station(bound),
            clock=clock,
            sentence=str,
            title=str,
        )
        yield around, twins, folders


def left(around, begun):
    return [
        kept.entry.facts
        for kept in around.journal.entries(begun)
        if isinstance(kept.entry, Noted) and kept.entry.what == ENVIRONMENT_LEFT
    ]


@pytest.mark.parametrize("at", [1, 6, 12])
def test_a_room_that_leaves_its_limits_stops_the_run_as_a_fact_and_the_verdict_comes_from_within_them(
    tmp_path, at
):
    async def work():
        async with bench(tmp_path) as (around, twins, folders):
            uut, room = twins["uut"], twins["ambient_temperature"]
            begun = session.begin(around, read_assignment(tmp_path / "order.toml"))
            taken = session.take_up(around, begun, TwinHands(uut, Draught(room, at)), ())
            with pytest.raises(LaboratoryError) as told:
                await taken.conduct()
            assert told.value.code == "environment.outside"
            assert code_of(told.value) is ExitCode.IN_DOUBT
            (fact,) = left(around, begun)
            assert fact["role"] == "ambient_temperature"
            assert (fact["lower"], fact["upper"]) == ("15 g", "35 g")
            assert not any(isinstance(one.entry, Concluded) for one in around.journal.entries(begun))
            again = session.take_up(around, begun, TwinHands(uut, Penera()), ())
            with pytest.raises(LaboratoryError, match="must stay"):
                await again.conduct()
            room.place(Quantity(25, "g"))
            await around.clock.sleep(5)
            taken = session.take_up(around, begun, TwinHands(uut, Penera()), ())
            conclusion = await taken.conduct()
            assert conclusion.verdict.outcome is Outcome.CONFORMS
            with Outbox(folders.outbox) as outbox:
                return begun, finishing.seal(around, folders, outbox, begun, "")

    _, finished = run(work())
    verified = load_record(finished.sealed.record, read_trusted_keys(Folders(tmp_path).keys))
    (found,) = [one for one in verified.record.breaks if one["kind"] == ENVIRONMENT_LEFT]
    assert found["instrument"] == "ambient_temperature"
    told = [line for line in certificate_content(verified)["breaks"] if "keluar dari batasnya" in line]
    assert len(told) == 1
    assert "15 g" in told[0]


def test_a_run_is_not_begun_outside_the_limits(tmp_path):
    async def work():
        async with bench(tmp_path) as (around, twins, _):
            twins["ambient_temperature"].place(Quantity(10, "g"))
            await around.clock.sleep(5)
            with pytest.raises(LaboratoryError, match="10 g"):
                await Environment(around.laboratory.environment, around.station).refuse_outside()

    run(work())


LIMITS = {
    "inside": ("15 °C", "35 °C", "25.0 °C", True),
    "on the lower limit": ("15 °C", "35 °C", "15 °C", True),
    "on the upper limit": ("15 °C", "35 °C", "35.0 °C", True),
    "below": ("15 °C", "35 °C", "14.9 °C", False),
    "above": ("15 °C", "35 °C", "35.1 °C", False),
    "in a unit of another kind": ("15 °C", "35 °C", "25 %", False),
    "only a lower limit": ("15 °C", None, "99 °C", True),
    "only an upper limit": (None, "60 %", "61 %", False),
}


@pytest.mark.parametrize(("lower", "upper", "shown", "holds"), LIMITS.values(), ids=LIMITS)
def test_limits_hold_up_to_and_with_themselves(lower, upper, shown, holds):
    entry = LimitsEntry(
        role="r",
        lower=None if lower is None else Quantity.parse(lower),
        upper=None if upper is None else Quantity.parse(upper),
    )
    assert entry.hold(Quantity.parse(shown)) is holds
