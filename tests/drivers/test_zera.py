"""A Zera bench: its answers as the maker's own program writes them, and a bench that does not exist."""

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import catalogue
from drivers.clock import PatientClock
from drivers.device import Device
from drivers.errors import DescriptionError, InstrumentError
from drivers.example import events_of
from drivers.instrument import Driver
from drivers.notation import from_toml
from drivers.protocols import Indicated, Measured, Refused, State
from drivers.quantity import Quantity
from drivers.query_driver import Interviewee, spoken
from drivers.reading import Origin, Stability
from drivers.transports.lines import serial_line
from drivers.twins.line import TcpLine
from drivers.twins.playing import play
from drivers.twins.scenario import Scenario
from drivers.twins.zera_twin import ElectricLoad, ZeraTwin
from drivers.written.zera import ASK, CHANNELS, STATUS

ZERA = catalogue.load("zera-mt")
ACTUAL = (
    # as in the maker's test data: ameReply of ZeraGmbH/SourceMock 002d887
    "0;1.9996199E+01", "1;1.9995480E+01", "2;2.0000074E+01", "3;9.9997595E-02", "4;9.9997699E-02",
    "5;1.0000440E-01", "6;0.0000000E+00", "7;1.1999798E+02", "8;2.3999924E+02", "12;9.9965084E-01",
    "13;9.9996138E-01", "14;9.9992412E-01", "15;1.9988739E+00", "16;1.9994249E+00", "17;1.9999436E+00",
    "21;1.9995722E+00", "24;5.9982424E+00", "25;-2.9249751E-04", "26;5.9991698E+00", "27;123",
    "28;50.01", "35;1", "57;9.9984539E-01",
)  # fmt: skip
FINISHED = ("03", "1.23", "0.000000;1290.1234", "AESACK")
USUAL = {
    0: (*STATUS, "ASTACK"),
    1: (*ACTUAL, "AMEACK"),
    2: FINISHED,
    3: ("3.141592", "AEVACK"),
    4: (*STATUS, "ASTACK"),
}


def interview(**changed):
    """The bytes of an interview; `a2` is the third answer."""
    answers = [changed.get(f"a{at}", answer) for at, answer in USUAL.items()]
    return b"".join(
        question.send + spoken(answer, b"\r") for question, answer in zip(ASK, answers, strict=True)
    )


def measured(**changed):
    (event,) = events_of(ZERA, interview(**changed))
    assert isinstance(event, Measured)
    assert tuple(event.values) == CHANNELS
    return event.values


def test_the_values_of_the_makers_test_data_are_read_by_their_numbers():
    values = measured()
    shown = {name: str(one.indication) for name, one in values.items() if isinstance(one, Indicated)}
    assert shown["active_power"] == "5.9982424 W"
    assert shown["voltage_1"] == "19.996199 V"
    assert shown["current_3"] == "0.10000440 A"
    assert shown["power_factor_1"] == "0.99965084 1"
    assert shown["reactive_power"] == "-0.00029249751 var"
    assert shown["frequency"] == "50.01 Hz"
    assert shown["error"] == "1.23 %"
    assert shown["energy"] == "3.141592 Wh"
    assert shown.keys() == set(CHANNELS)


def test_only_a_finished_error_measurement_is_an_error_at_rest():
    assert measured()["error"].stability is Stability.STABLE


NO_ERROR_VALUE = {
    "running": ("02", "--.--", "34.0;1290.1234", "AESACK"),
    "running with the error of the one before": ("02", "1.23", "34.0;1290.1234", "AESACK"),
    "active": ("01", "--.--", "0.0;0.0", "AESACK"),
    "idle": ("00", "oo.oo", "0.0;0.0", "AESACK"),
    "finished without a value": ("03", "--.--", "0.0;0.0", "AESACK"),
    "finished with another sign of nothing": ("03", "oo.oo", "0.0;0.0", "AESACK"),
    "a state that does not exist": ("04", "1.23", "0.0;0.0", "AESACK"),
    "a state of one digit": ("3", "1.23", "0.0;0.0", "AESACK"),
    "no decimals": ("03", "1", "0.0;0.0", "AESACK"),
    "an exponent": ("03", "1EA3", "0.0;0.0", "AESACK"),
    "a line too many": ("03", "1.23", "0.0;0.0", "1.23", "AESACK"),
    "a line too few": ("03", "1.23", "AESACK"),
    "no progress": ("03", "1.23", "xxxx", "AESACK"),
    "refused": ("03", "1.23", "0.0;0.0", "AESNAK"),
}


@pytest.mark.parametrize("case", NO_ERROR_VALUE)
def test_anything_but_a_finished_error_measurement_gives_no_error(case):
    values = measured(a2=NO_ERROR_VALUE[case])
    assert isinstance(values["error"], Refused)
    assert isinstance(values["active_power"], Indicated)


BAD_LINES = ["-1;1", ";1", "1;", "1;1EA3", "12.3;1", "xxxx", "0;1.0", "1;NaN", "1;1,5", "1;1e999999999"]


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_that_is_no_actual_value_takes_them_all_away(line):
    values = measured(a1=(*ACTUAL, line, "AMEACK"))
    shown = {name for name, one in values.items() if isinstance(one, Indicated)}
    assert shown == {"error", "energy"}


def test_a_value_that_the_bench_does_not_send_is_missing_alone():
    values = measured(a1=(*(line for line in ACTUAL if not line.startswith("28;")), "AMEACK"))
    assert [name for name, one in values.items() if isinstance(one, Refused)] == ["frequency"]


GATES = {
    "an overload": (tuple(line.replace("UEB=--", "UEB=1-") for line in STATUS), State.OVERLOAD),
    "not ready": (tuple(line.replace("RDY=11-", "RDY=01-") for line in STATUS), State.BUSY),
    "a range changed": (tuple(line.replace("IB=100", "IB=50") for line in STATUS), State.BUSY),
    "a line is missing": (STATUS[1:], State.MALFORMED),
    "a line is strange": ((*STATUS, "ERR=5"), State.MALFORMED),
}


@pytest.mark.parametrize("case", GATES)
def test_a_status_that_does_not_stay_good_takes_every_value_away(case):
    status, state = GATES[case]
    values = measured(a4=(*status, "ASTACK"))
    assert {one.state for one in values.values()} == {state}


def test_a_refused_energy_is_refused_alone():
    values = measured(a3=("AEVNAK",))
    assert [name for name, one in values.items() if isinstance(one, Refused)] == ["energy"]


def test_any_split_of_an_interview_gives_the_same_readings():
    whole = events_of(ZERA, interview())
    data = interview()
    for at in range(1, len(data), 7):
        decoder = ZERA.decoder()
        decoder.receive(data[:at])
        events = list(iter(decoder.next_event, None))
        decoder.receive(data[at:])
        assert events + list(iter(decoder.next_event, None)) == whole


@given(st.integers(0, 700), st.binary(max_size=6))
def test_a_damaged_interview_gives_no_value_that_the_bench_did_not_say(at, noise):
    data = interview()
    at %= len(data)
    events = events_of(ZERA, data[:at] + noise + data[at + len(noise) :])
    for event in events:
        assert isinstance(event, Measured | Refused)


def test_the_twin_says_what_is_read_back():
    (event,) = events_of(ZERA, interview())
    (back,) = events_of(ZERA, ZERA.render(event))
    assert {name: str(one.indication) for name, one in back.values.items()} == {
        name: str(one.indication) for name, one in event.values.items()
    }


def test_it_is_a_driver_that_is_asked_in_several_questions():
    driver: Driver = ZERA
    assert isinstance(driver, Interviewee)
    assert driver.channels == CHANNELS
    with pytest.raises(DescriptionError):
        driver.request(high_resolution=True)


ORDERS = {
    "1600 imp/kWh, 10 pulses": (Decimal(1600), 10, b"AEP160000;03;10;0\r"),
    "half an impulse": (Decimal("0.5"), 1, b"AEP50000;00;1;0\r"),
    "a reference of 60 million": (Decimal(60000000), 1200000, b"AEP600000;07;120000;1\r"),
}


@pytest.mark.parametrize("case", ORDERS)
def test_a_meter_is_told_with_six_digits_and_a_power(case):
    constant, pulses, sent = ORDERS[case]
    assert ZERA.for_meter(constant, pulses).commands["set_error"].send == sent


TOO_MANY = {
    "seven digits": (Decimal("1600.0001"), 10),
    "nothing": (Decimal(0), 10),
    "less than nothing": (Decimal(-1600), 10),
    "no pulse": (Decimal(1600), 0),
    "too many pulses": (Decimal(1600), 10**12),
    "no number": (Decimal("NaN"), 10),
}


@pytest.mark.parametrize("case", TOO_MANY)
def test_a_meter_that_the_bench_cannot_take_exactly_is_refused(case):
    with pytest.raises(DescriptionError) as told:
        ZERA.for_meter(*TOO_MANY[case])
    assert told.value.code == "zera.digits"


@given(st.integers(1, 999_999), st.integers(0, 5))
def test_the_order_says_exactly_the_constant_that_was_given(digits, power):
    constant = Decimal(digits).scaleb(power - 5)
    sent = ZERA.for_meter(constant, 7).commands["set_error"].send
    whole, exponent = sent[3:].split(b";")[:2]
    assert Decimal(whole.decode()).scaleb(int(exponent) - 5) == constant


def test_a_dosage_is_ten_digits():
    assert ZERA.for_dosage(12345).commands["set_dosage"].send == b"S3PS46;0000012345\r"
    with pytest.raises(DescriptionError):
        ZERA.for_dosage(10**10)


@asynccontextmanager
async def bench(**how):
    driver = ZERA
    clock = PatientClock(50)
    twin = ZeraTwin(driver, clock, TcpLine(), **how)
    await twin.start()
    device = Device("bench", driver, serial_line(twin.address, driver.line), clock, origin=Origin.TWIN)
    try:
        await device.start()
        yield twin, device, clock
    finally:
        await device.close()
        await twin.close()


def test_an_energy_procedure_runs_on_the_twin():
    async def run():
        async with bench(meter_error=Decimal("0.42")) as (twin, device, clock):
            power = (await device.read(channel="active_power")).indication
            assert power == Quantity(3450, "W")
            await device.command("start_energy")
            first = (await device.read(channel="energy")).indication
            await clock.sleep(3)
            second = (await device.read(channel="energy")).indication
            assert first < second
            assert {"set_error", "start_error"} <= set(device.commands)
            await device.command("set_error", {"constant": Decimal(1600), "pulses": Decimal(4)})
            await device.command("start_error")  # 4 imp at 1600 imp/kWh: 2.5 Wh, 2.6 s at 3450 W
            await clock.sleep(4)
            error = await device.read(channel="error")
            assert str(error.indication) == "0.4200 %"
            await device.command("stop_error")
            await device.command("stop_energy")
            assert twin.settings == [
                "AET1", "AEP160000;03;4;0", "AEB0", "AEE", "AET0",
            ]  # fmt: skip

    asyncio.run(run())


WRONG_NUMBERS = {
    "none": {},
    "the constant is missing": {"pulses": Decimal(4)},
    "one too many": {"constant": Decimal(1600), "pulses": Decimal(4), "seconds": Decimal(1)},
    "half a pulse": {"constant": Decimal(1600), "pulses": Decimal("0.5")},
    "no pulse": {"constant": Decimal(1600), "pulses": Decimal(0)},
}


@pytest.mark.parametrize("case", WRONG_NUMBERS)
def test_a_command_with_other_numbers_than_it_takes_is_not_sent(case):
    async def run():
        async with bench() as (twin, device, _clock):
            with pytest.raises(DescriptionError):
                await device.command("set_error", WRONG_NUMBERS[case])
            assert "AEP" not in "".join(twin.settings)

    asyncio.run(run())


class Mains:
    """One phase of a plant."""

    def __init__(self):
        self.energy = Decimal(0)

    def true(self, quantity, *, at):
        del at
        known = {"voltage": "230 V", "current_2": "5 A", "power_factor": "0.5 1"}
        if quantity == "energy":
            return Quantity(self.energy, "Wh")
        if quantity not in known:
            raise DescriptionError("twin.plant", "{q}", "", q=quantity)
        return Quantity.parse(known[quantity])


def test_phases_that_a_plant_does_not_know_are_open_and_its_energy_is_that_of_the_bench():
    async def run():
        source = Mains()
        async with bench(source=source, meter_error=Decimal(-25)) as (_, device, clock):
            assert (await device.read()).indication == Quantity(575, "W")
            assert (await device.read(channel="current_1")).indication == Quantity(0, "A")
            assert (await device.read(channel="current_2")).indication == Quantity(5, "A")
            await device.command("start_energy")
            await device.command("set_error", {"constant": Decimal(1000), "pulses": Decimal(3)})
            await device.command("start_error")
            source.energy += Decimal("3.9")
            with pytest.raises(InstrumentError):  # 3 pulses of a meter that is 25 % slow: 4 Wh
                await device.read(channel="error")
            source.energy += Decimal("0.1")
            assert str((await device.read(channel="error")).indication) == "-25.0000 %"
            await device.command("stop_energy")
            source.energy += Decimal(1)
            await clock.sleep(2)
            assert (await device.read(channel="energy")).indication == Quantity(4, "Wh")

    asyncio.run(run())


def test_a_scenario_tells_the_error_of_the_meter_and_nothing_else():
    told = from_toml('[quantity.error]\nstart = "1.7"', Scenario, source="scenario", error=DescriptionError)
    assert play(ZERA, told, PatientClock(10), TcpLine()).meter_error == Decimal("1.7")
    for wrong in ('start = "banyak"', 'start = "1"\nof = "voltage"', "error = 0.3"):
        story = from_toml(f"[quantity.error]\n{wrong}", Scenario, source="scenario", error=DescriptionError)
        with pytest.raises(DescriptionError) as refused:
            play(ZERA, story, PatientClock(10), TcpLine())
        assert refused.value.code == "twin.story"
    other = from_toml('[quantity.energy]\nstart = "1.7"', Scenario, source="scenario", error=DescriptionError)
    with pytest.raises(DescriptionError, match="energy"):
        play(ZERA, other, PatientClock(10), TcpLine())


def test_an_error_measurement_without_a_meter_is_refused_by_the_bench():
    async def run():
        async with bench() as (_, device, _clock):
            with pytest.raises(InstrumentError) as told:
                await device.command("start_error")
            assert told.value.code == "device.command_refused"

    asyncio.run(run())


def test_a_load_that_changes_is_seen_and_an_overload_takes_the_values_away():
    async def run():
        async with bench() as (twin, device, clock):
            twin.let(ElectricLoad(current=Decimal("10.00000"), power_factor=Decimal("0.50000")))
            values = {name: await device.read(channel=name) for name in ("current_2", "apparent_power")}
            assert str(values["current_2"].indication) == "10.00000 A"
            assert str(values["apparent_power"].indication) == "6900.000 VA"
            twin.status[4] = "UEB=1-"
            with pytest.raises(InstrumentError) as told:
                await device.read()
            assert "UEB" in str(told.value)
            del clock

    asyncio.run(run())


def test_the_catalogue_and_the_simulator_know_the_bench():
    async def run():
        twin = play(ZERA, Scenario(), PatientClock(10), TcpLine())
        assert isinstance(twin, ZeraTwin)

    asyncio.run(run())
