"""Which instruments a test takes: those of its kind, the chosen one, those that it was begun with."""

import asyncio
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest
from msgspec.structs import fields

from bench.desk import InstrumentLine
from bench.errors import LaboratoryError
from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.laboratory import FILE_NAME, load
from bench.workplace import open_workplace, read_assignment
from drivers.errors import InstrumentError, PlainError
from procedures.capacity_measures.instrument import CapacityMeasure
from procedures.catalogue import catalogue, find
from procedures.flow_meters.instrument import FlowMeters
from procedures.gas_meters.instrument import GasMeters
from procedures.tank_trucks.instrument import TankTruck
from procedures.water_meters.instrument import WaterMeters
from tests.bench.lab_bench import an_order, tera
from tests.bench.test_front_desk import Nobody
from tests.bench.tui.driving import Driver, drive
from tests.bench.tui.fake_desk import FakeDesk

NOBODY_ANSWERS = "socket://127.0.0.1:9"
BY_HAND = '\n[[instrument]]\nname = "diketik"\ndriver = "manual"\nroles = ["uut"]\n'


def entry(name: str, roles: list[str], *, kinds: tuple[str, ...] = (), port: str = NOBODY_ANSWERS) -> str:
    driver = "st-gs" if port else "manual"
    return (
        f'\n[[instrument]]\nname = "{name}"\ndriver = "{driver}"\nport = "{port}"\nroles = {roles}\n'
        f"kinds = {list(kinds)}\n"
    )


@asynccontextmanager
async def a_place(root: Path, *entries: str):
    template = files("bench") / "templates"
    (root / FILE_NAME).write_text((template / FILE_NAME).read_text("utf-8") + "".join(entries), "utf-8")
    (root / "orders").mkdir()
    (root / "orders" / "contoh.toml").write_text((template / "order.toml").read_text("utf-8"), "utf-8")
    async with open_workplace(root, Labels()) as place:
        yield place, read_assignment(root / "orders" / "contoh.toml")


def test_every_procedure_says_which_instruments_it_reads():
    assert all(procedure.reads is not None for procedure in catalogue().values())
    assert all(set(one.roles) <= set(one.reads.of({})) for one in catalogue().values())


WITH_METHODS = {
    "capacity_measures": CapacityMeasure,
    "flow_meters": FlowMeters,
    "gas_meters": GasMeters,
    "tank_trucks": TankTruck,
    "water_meters": WaterMeters,
}


def test_what_only_one_method_reads_is_said_for_each_method_that_an_order_may_name():
    assert {one.id for one in catalogue().values() if one.reads.by_method} == WITH_METHODS.keys()
    for kind, instrument in WITH_METHODS.items():
        reads = find(kind).reads
        assert reads.by_method.keys() == set(get_args(get_type_hints(instrument)["method"]))
        (default,) = (field.default for field in fields(instrument) if field.name == "method")
        assert reads.method == default


def test_an_instrument_of_another_method_may_be_off(tmp_path):
    async def day() -> None:
        bench = [entry(role, [role]) for role in ("master", "scale", "vessel_temperature", "flow")]
        async with a_place(tmp_path, *bench) as (place, _):
            for method, role in (("master", "master"), ("gravimetric", "scale"), ("", "vessel_temperature")):
                named = {"method": method} if method else {}
                assert place.players(an_order("water_meters", **named)).by_role.keys() == {"flow", role}
            assert place.players(an_order("water_meters", method="sulap")).by_role.keys() == {"flow"}

    asyncio.run(day())


def test_an_instrument_that_a_test_does_not_read_may_be_off_and_stands_in_no_record(tmp_path):
    async def day() -> None:
        async with a_place(tmp_path, entry("induk", ["master", "flow"])) as (place, order):
            run = await place.begin(order)
            assert place.station_of(run).roles.keys() == {"uut"}
            begun = place.journal.entries(run)[0].entry
            assert begun.instruments.keys() == {"uut"}
            assert len(begun.drivers) == 1

    asyncio.run(day())


def test_an_instrument_that_shows_the_surroundings_must_answer_for_every_test(tmp_path):
    async def day() -> None:
        limits = '\n[[environment]]\nrole = "humidity"\nupper = "80 %"\n'
        async with a_place(tmp_path, entry("udara", ["humidity"]), limits) as (place, order):
            with pytest.raises(InstrumentError):
                await place.begin(order)

    asyncio.run(day())


def test_an_indicator_does_not_play_a_scale_that_has_no_port(tmp_path):
    async def day() -> None:
        async with a_place(tmp_path) as (place, _):
            assert "uut" in place.players(an_order("scales")).by_role
            assert "uut" not in place.players(an_order("mechanical-scales")).by_role

    asyncio.run(day())


def test_instruments_of_several_benches_share_a_role_when_each_says_its_kinds(tmp_path):
    async def day() -> None:
        water = entry("air", ["meter/1", "flow"], kinds=("water_meters",))
        gas = entry("gas", ["meter/1:a", "flow"], kinds=("gas_meters", "flow_meters")).replace(":a", "")
        async with a_place(tmp_path, water, gas) as (place, _):
            for kind, name in (("water_meters", "air"), ("gas_meters", "gas"), ("flow_meters", "gas")):
                station = place.players(an_order(kind)).station({})
                assert {bound.name for bound in station.roles.values()} == {name}
            assert "meter/1" not in place.players(an_order("energy_meters")).by_role

    asyncio.run(day())


def test_a_kind_that_nobody_tests_is_a_mistake_of_the_laboratory_file(tmp_path):
    template = (files("bench") / "templates" / FILE_NAME).read_text("utf-8")
    (tmp_path / FILE_NAME).write_text(template + entry("x", ["flow"], kinds=("watermeter",)), "utf-8")
    with pytest.raises(LaboratoryError, match="there is no procedure watermeter"):
        load(tmp_path)


def test_of_several_instruments_somebody_chooses_and_the_run_keeps_the_choice(tmp_path):
    async def day() -> None:
        async with a_place(tmp_path, BY_HAND) as (place, order):
            with pytest.raises(LaboratoryError) as refused:
                await place.begin(order)
            assert refused.value.facts["names"] == "indikator, diketik"
            players = place.players(an_order("scales"))
            with pytest.raises(LaboratoryError, match="is no instrument for this test"):
                players.chosen(["di ketik"])
            with pytest.raises(LaboratoryError, match="Several"):
                players.chosen(["diketik", "indikator"])
            assert len(place.journal.run_list) == 0
            run = await place.begin(order, chosen=players.chosen(["diketik"]))
            assert place.station_of(run).bound("uut").name == "diketik"
            taken = place.take_up(run, Nobody(), ())
            assert taken.station.bound("uut").name == "diketik"

    asyncio.run(day())


def test_of_two_roles_that_two_instruments_share_each_has_the_one_that_was_chosen(tmp_path):
    async def day() -> None:
        both = ("meter/1", "meter/2")
        async with a_place(tmp_path, *(entry(name, list(both)) for name in "AB")) as (place, _):
            players = place.players(an_order("water_meters"))
            station = players.station({"meter/1": "B", "meter/2": "A"})
            assert {role: station.bound(role).name for role in both} == {"meter/1": "B", "meter/2": "A"}
            with pytest.raises(LaboratoryError) as refused:
                players.station({"meter/1": "B"})
            assert refused.value.facts["role"] == "meter/2"

    asyncio.run(day())


def test_a_run_is_not_taken_up_with_another_instrument_where_its_own_is_gone(tmp_path):
    async def day() -> str:
        async with a_place(tmp_path, BY_HAND) as (place, order):
            return await place.begin(order, chosen={"uut": "diketik"})

    async def next_day(run: str) -> None:
        async with open_workplace(tmp_path, Labels()) as place:
            with pytest.raises(LaboratoryError) as refused:
                place.take_up(run, Nobody(), ())
            assert refused.value.code == "run.instrument_changed"

    run = asyncio.run(day())
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8").replace(BY_HAND, ""), "utf-8")
    asyncio.run(next_day(run))


def test_the_desk_tells_who_could_play_and_for_a_run_under_way_who_does(tmp_path):
    async def day() -> None:
        async with a_place(tmp_path, BY_HAND) as (place, _):
            desk = FrontDesk(place)
            assert [line.name for line in desk.players("contoh")["uut"]] == ["indikator", "diketik"]
            told = FrontDesk(place, chosen=("diketik",))
            assert [line.name for line in told.players("contoh")["uut"]] == ["diketik"]
            assert desk.players("nobody") == {}
            work = await desk.begin("contoh", Nobody(), Nobody(), chosen={"uut": "diketik"})
            assert [line.name for line in desk.players("contoh")["uut"]] == ["diketik"]
            work.pause()
            assert await work.finished() is None

    asyncio.run(day())


def test_the_command_line_takes_the_name_and_says_which_there_are(tmp_path):
    root = tmp_path / "lab"
    assert tera("init", str(root)).returncode == 0
    file = root / FILE_NAME
    file.write_text(file.read_text("utf-8") + BY_HAND, "utf-8")
    order = ("run", "scales", "--uut", str(root / "orders" / "contoh.toml"), "--operator", "console")
    several = tera(*order, lab=root)
    assert several.returncode == 2
    assert "indikator, diketik" in several.stderr
    assert "--instrument" in several.stderr
    assert tera(*order, "--instrument", "diketik", lab=root).returncode == 3  # begun, and nobody answers
    assert tera("runs", "--json", lab=root).stdout.count('"run"') == 1


class TwoIndicators(FakeDesk):
    """By cable, or keyed."""

    def instruments(self) -> tuple[InstrumentLine, ...]:
        first, *others = super().instruments()
        return (first, msgspec.structs.replace(first, name="diketik", port=""), *others)


def test_the_screen_asks_which_of_two_is_read_and_escape_begins_nothing():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        assert "Dibaca dengan apa?" in driver.text()
        assert "COM5" in driver.text()
        await driver.press("escape")
        assert driver.desk.works == []
        await driver.press("enter", "2")
        assert driver.desk.chosen == {"uut": "diketik"}
        assert len(driver.desk.works) == 1

    drive(TwoIndicators(), story)


def test_an_order_that_cannot_be_read_is_told_by_its_beginning(tmp_path):
    async def day() -> None:
        async with a_place(tmp_path) as (place, _):
            (tmp_path / "orders" / "rusak.toml").write_text("kind = ", "utf-8")
            desk = FrontDesk(place)
            assert desk.players("rusak") == {}
            with pytest.raises(PlainError):
                await desk.begin("rusak", Nobody(), Nobody())

    asyncio.run(day())
