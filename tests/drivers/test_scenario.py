"""Scenarios: what twins do and what goes wrong with them, by a file and a seed."""

import asyncio
import re
from decimal import Decimal
from pathlib import Path

import pytest

from drivers import catalogue
from drivers.assembly import make_driver
from drivers.catalogue import load, names
from drivers.errors import DescriptionError, InstrumentError
from drivers.example import events_of
from drivers.protocols import Indicated, Measured, Refused, State
from drivers.protocols.line_signs import wrong_line
from drivers.quantity import Quantity
from drivers.twins.faults import FaultKind, Faults
from drivers.twins.meter import MeterBody
from drivers.twins.playing import plant_of, play
from drivers.twins.scenario import read_scenario
from tests.drivers.stepped_clock import KeptLine, SteppedClock

SCALE = 'scale = { max = "15 kg", d = "5 g", settling_s = "0" }\nhand = [{ place = "5 kg" }]\n'
THERMOMETER = r"""
id = "thermo"
name = "a thermometer that streams"
kind = "thermometer"
evidence = "unconfirmed"
source = "made for this test"
interval_ms = 500
units = { C = "°C" }
[frame]
end = '\r\n'
[[reply]]
match = 'T {number:7} {unit}'
stable = "unknown"
state = { }
[[reply]]
match = 'T ERROR'
state = "error"
[[example]]
rx = 'T   21.50 C\r\n'
is = { value = "21.50", unit = "°C" }
[[example]]
rx = 'T  -01.25 C\r\n'
is = { value = "-1.25" }
[[example]]
rx = 'T ERROR\r\n'
is = { state = "error" }
"""


def scenario(tmp_path, text, seed=None):
    file = tmp_path / "scenario.toml"
    file.write_text(text, "utf-8")
    return read_scenario(file, seed=seed)


def played(driver, told, seconds, *, asked_every=None, tcp=False):
    """Every byte of a twin in so many of its seconds, with its plug."""

    async def story():
        clock = SteppedClock()
        line = KeptLine(clock)
        twin = play(driver, told, clock, line, source=plant_of(told, at=clock.now), tcp=tcp)
        await twin.start()
        asking = asyncio.create_task(ask(clock, line)) if asked_every else None
        await clock.go_on(seconds)
        if asking is not None:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        await twin.close()
        return line

    async def ask(clock, line):
        while True:
            line.hear(driver.request())
            await clock.sleep(asked_every)

    return asyncio.run(story())


def numbers(driver, data):
    shown = [event for event in events_of(driver, data) if isinstance(event, Indicated)]
    return [str(event.indication) for event in shown]


def test_the_same_file_and_seed_give_the_same_bytes_and_another_seed_gives_others(tmp_path):
    text = SCALE.replace("settling_s", 'noise_d = "2", settling_s')
    text += '[[fault]]\nkind = "garbage"\nshare = 0.2\n'
    driver = load("st-gs")
    lines = [played(driver, scenario(tmp_path, text, seed), 5).said for seed in (7, 7, 8)]
    assert lines[0] == lines[1] != lines[2]


SPOILED = {
    "late answers": '{ kind = "late", by_s = 0.3 }',
    "a link that is lost for a second": '{ kind = "lost_link", at_s = 1, for_s = 1 }',
    "silence": '{ kind = "silent", at_s = 1 }',
    "noise before frames": '{ kind = "noise" }',
    "garbage now and then": '{ kind = "garbage", share = 0.5 }',
    "half frames": '{ kind = "short", share = 0.5 }',
    "frames sent twice": '{ kind = "twice" }',
    "a line at another speed": '{ kind = "wrong_baud", at_s = 1 }',
    "a line with parity": '{ kind = "wrong_baud", at_s = 1, format = "7E1" }',
    "overload": '{ kind = "overload", at_s = 1 }',
    "no value": '{ kind = "no_value", at_s = 1 }',
    "busy": '{ kind = "busy", at_s = 1 }',
    "the unit key pressed": '{ kind = "wrong_unit", at_s = 1 }',
}


@pytest.mark.parametrize("fault", SPOILED.values(), ids=SPOILED.keys())
@pytest.mark.parametrize("driver_id", ["st-gs", "mt-sics", "toledo-continuous"])
def test_no_trouble_of_a_line_or_an_instrument_gives_another_number(tmp_path, driver_id, fault):
    driver = load(driver_id)
    line = played(
        driver,
        scenario(tmp_path, SCALE + f"fault = [{fault}]"),
        4,
        asked_every=0.5 if driver.request() else None,
    )
    shown = {Quantity.parse(text) for text in numbers(driver, line.data)}
    assert shown == {Quantity(5, "kg")}


def test_a_damaged_frame_is_found_by_its_check(tmp_path):
    driver = load("yaohua-a9")
    sound = SCALE.replace("15 kg", "6 kg").replace("5 g", "2 g")
    line = played(driver, scenario(tmp_path, sound + 'fault = [{ kind = "damaged", share = 0.5 }]'), 5)
    events = events_of(driver, line.data)
    assert {Quantity.parse(text) for text in numbers(driver, line.data)} == {Quantity(5, "kg")}
    assert any(isinstance(event, Refused) and event.state is State.BAD_CHECK for event in events)


def test_a_stuck_scale_goes_on_showing_what_it_showed(tmp_path):
    text = SCALE.replace("}]", '}, { at_s = 2, place = "7 kg" }]') + 'fault = [{ kind = "stuck", at_s = 1 }]'
    driver = load("st-gs")
    assert set(numbers(driver, played(driver, scenario(tmp_path, text), 5).data)) == {"5000 g"}


def test_hands_act_at_their_own_times_however_rarely_the_scale_is_asked(tmp_path):
    text = SCALE.replace(
        '[{ place = "5 kg" }]', '[{ at_s = 1, place = "5 kg" }, { at_s = 2, press = "tare" }]'
    )
    text = text.replace("settling_s", 'steady_s = "0.3", settling_s')
    driver = load("mt-sics")
    often = numbers(driver, played(driver, scenario(tmp_path, text), 6, asked_every=0.2).data)
    rarely = numbers(driver, played(driver, scenario(tmp_path, text), 6, asked_every=2.5).data)
    assert often[-1] == rarely[-1]
    assert Quantity.parse(rarely[-1]) == Quantity(0, "g")


def test_the_plug_is_out_for_as_long_as_the_scenario_says(tmp_path):
    line = played(
        load("st-gs"), scenario(tmp_path, SCALE + 'fault = [{ kind = "lost_link", at_s = 1, for_s = 2 }]'), 5
    )
    (_, first), (out, pulled), (back, put), *_ = line.plugged
    assert (first, pulled, put) == (True, False, True)
    assert abs(out - 1) < 0.3
    assert abs(back - 3) < 0.3
    assert not [at for at, _ in line.said if out + 0.1 < at < back]


def test_what_a_wrongly_set_line_sends_is_recognised_as_that(tmp_path):
    fault = 'fault = [{ kind = "wrong_baud", format = "7E1" }]'
    line = played(load("st-gs"), scenario(tmp_path, SCALE + fault), 3)
    assert "set it to 7E1" in (wrong_line(line.data) or "")


def test_an_instrument_that_hears_at_another_speed_does_not_answer(tmp_path):
    driver = load("mt-sics")
    line = played(driver, scenario(tmp_path, SCALE + 'fault = [{ kind = "wrong_baud" }]'), 3, asked_every=0.5)
    assert line.data == b""


def test_a_stream_that_is_no_scale_follows_its_course(tmp_path):
    driver = make_driver(THERMOMETER.encode(), "thermo.toml")
    told = scenario(
        tmp_path,
        '[quantity.""]\nstart = "20.00"\nstep = [{ at_s = 1, to = "30", over_s = 2 }]\noffset = "0.05"\n',
    )
    shown = [Decimal(text.split()[0]) for text in numbers(driver, played(driver, told, 4).data)]
    assert shown[0] == Decimal("20.05")
    assert shown == sorted(shown)
    assert shown[-1] == Decimal("30.05")


def test_a_number_whose_unit_is_not_on_the_wire_is_wrong_and_looks_right(tmp_path):
    """What a register map without a unit register does when somebody changed the unit: nobody can see it."""
    driver = load("tuf-2000m")
    told = scenario(tmp_path, '[quantity.flow]\nstart = "1.200000"\n[[fault]]\nkind = "wrong_unit"\n')
    body = MeterBody(driver, told, at=0.0)
    said = body.event(at=1.0, wrong=Faults(told.fault).at(1), request=driver.registers.blocks[0].request)
    assert isinstance(said, Measured)
    assert str(said.values["flow"].indication) == "20.000 m3/h"  # 1.2 m3/h in L/min


MISTAKES = {
    "no TOML": ("[fault", "line 1"),
    "a fault that does not exist": ('fault = [{ kind = "fire" }]', "fire"),
    "a word that does not exist": ('colour = "red"', "colour"),
    "a load that is no quantity": ('hand = [{ place = "heavy" }]', "heavy"),
}


@pytest.mark.parametrize(("text", "named"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_scenario_is_named(tmp_path, text, named):
    with pytest.raises(DescriptionError, match=named):
        scenario(tmp_path, text)


UNPLAYABLE = {
    "a quantity that the instrument does not have": '[quantity.colour]\nstart = "1"',
    "a number that is none": '[quantity.flow]\nstart = "much"',
    "a plant that is not there": '[quantity.flow]\nof = "flow"',
    "a quantity that the plant does not have": '[plant.flow]\nstart = "1 m3/h"\n[quantity.flow]\nof = "rain"',
    "a step in another unit": '[plant.flow]\nstart = "1 m3/h"\nstep = [{ at_s = 1, to = "3 kg" }]',
    "a plant told what follows from the flow": '[plant.volume]\nstart = "1 m3"',
    "a pulse of another dimension": '[plant.flow]\nstart = "1 m3/h"\n'
    '[quantity.flow]\nof = "volume"\npulse = "1 kg"',
}


@pytest.mark.parametrize("text", UNPLAYABLE.values(), ids=UNPLAYABLE.keys())
def test_what_cannot_be_played_is_refused_before_it_begins(tmp_path, text):
    told = scenario(tmp_path, text)
    with pytest.raises(DescriptionError):
        play(load("tuf-2000m"), told, SteppedClock(), KeptLine(SteppedClock()), source=plant_of(told, at=100))


def test_what_a_person_keys_cannot_be_simulated(tmp_path):
    with pytest.raises(InstrumentError) as told:
        play(load("manual"), scenario(tmp_path, ""), SteppedClock(), KeptLine(SteppedClock()))
    assert told.value.code == "driver.keyed"


def test_every_kind_of_fault_is_played_by_some_twin():
    assert {kind.value for kind in FaultKind} - {"other_unit", "damaged", "stuck"} <= {
        fault.split('"')[1] for fault in SPOILED.values()
    }


@pytest.mark.parametrize("begins", ["about = ", "[plant.flow]"])
def test_the_scenarios_of_the_readme_can_be_played(tmp_path, begins):
    readme = (Path(catalogue.__file__).parent / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    (text,) = (block for block in blocks if block.startswith(begins))
    told = scenario(tmp_path, text)
    driver = load("st-gs" if told.hand else "tuf-2000m")
    played(driver, told, 0.1)


@pytest.mark.parametrize("driver_id", names())
def test_every_driver_with_a_wire_has_a_twin(tmp_path, driver_id):
    driver = load(driver_id)
    if driver.keyed:
        return
    clock = SteppedClock()
    twin = play(driver, scenario(tmp_path, "scale = { max = '15 kg', d = '5 g' }"), clock, KeptLine(clock))
    assert twin.faults.at(0.0) == {}
