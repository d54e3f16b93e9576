"""What a script learns of an instrument's commands, and tells it with numbers: once, the same in a replay."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bench.conductor import Conductor
from bench.replay import DivergenceError
from bench.station import Bound, Station
from drivers import catalogue
from drivers.device import Device
from drivers.errors import DescriptionError
from drivers.reading import Origin
from drivers.settling import SettleRule
from drivers.twins.zera_twin import ZeraTwin
from procedures.point import Conclusion, Outcome, Verdict
from results.entry import Done
from tests.bench import toy_run
from tests.bench.virtual_time import Cable, VirtualClock, run

VERDICT = Conclusion(points=(), verdict=Verdict(outcome=Outcome.INDETERMINATE, rule="none"))


def script(numbers):
    """Ask what three roles take, and tell the one on a wire."""

    async def told(run):
        async with run.series("told"), run.step("1"):
            found = {role: await run.offered(role) for role in ("comparator/1", "uut", "nobody")}
            await run.act("comparator/1", "set_error", **numbers)
        assert found["uut"] is None
        assert found["nobody"] is None
        assert {"set_error", "start_error"} <= set(found["comparator/1"])
        return VERDICT

    return told


async def conducted(folder, numbers, *, wired=True):
    """With a comparator's twin on a cable, or with no instrument at all."""
    clock, cable, driver = (
        VirtualClock(datetime(2026, 11, 23, tzinfo=UTC)),
        Cable(),
        catalogue.load("zera-mt"),
    )
    twin = ZeraTwin(driver, clock, cable)
    device = Device("bangku", driver, cable.near, clock, origin=Origin.TWIN)
    await twin.start()
    await device.start()
    bound = Bound(
        name="bangku", driver=driver, driver_text="", port="cable", serial="", origin=Origin.TWIN,
        settle=SettleRule(), device=device,
    )  # fmt: skip
    try:
        with toy_run.journal(folder) as opened:
            conductor = Conductor(
                toy_run.RUN, log=opened, history=opened.entries(toy_run.RUN),
                station=Station({"comparator/1": bound} if wired else {}),
                operator=toy_run.KeyingOperator(), observers=(), clock=clock, zone="Asia/Jakarta",
                sentence=str,
            )  # fmt: skip
            await conductor.conduct(script(numbers))
            entries = [kept.entry for kept in opened.entries(toy_run.RUN)]
            return twin.settings, [one for one in entries if isinstance(one, Done)]
    finally:
        await device.close()
        await twin.close()


NUMBERS = {"constant": Decimal(1600), "pulses": Decimal(4)}


def test_a_command_with_numbers_is_sent_once_and_a_replay_needs_no_instrument(tmp_path):
    sent, entries = run(conducted(tmp_path, NUMBERS))
    assert sent == ["AEP160000;03;4;0"]
    (act,) = [one for one in entries if one.verb == "act"]
    assert act.arguments["numbers"] == {"constant": "1600", "pulses": "4"}
    again, same = run(conducted(tmp_path, NUMBERS, wired=False))
    assert again == []
    assert len(same) == len(entries)


def test_a_replay_that_tells_other_numbers_diverges(tmp_path):
    run(conducted(tmp_path, NUMBERS))
    with pytest.raises(DivergenceError):
        run(conducted(tmp_path, NUMBERS | {"pulses": Decimal(5)}, wired=False))


def test_numbers_that_the_instrument_does_not_take_stop_the_run(tmp_path):
    with pytest.raises(DescriptionError):
        run(conducted(tmp_path, {"constant": Decimal("0.3333333333"), "pulses": Decimal(4)}))
