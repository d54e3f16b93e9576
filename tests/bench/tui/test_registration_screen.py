"""An instrument is registered on the screen: typed, corrected, left, and begun."""

import asyncio

import pytest
from textual.events import Paste

from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from bench.registration import fields
from bench.tui.app import TeraApp
from bench.tui.screens.home import HomeScreen
from bench.tui.screens.registration import LONGEST, RegistrationScreen
from bench.workplace import open_workplace
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import FakeDesk

LABORATORY = """
[bench]
id = "UJI-01"
training = true
[office]
name = "UPTD Metrologi Legal Kabupaten Contoh"
[[person]]
id = "penera1"
name = "Nama Penera"
roles = ["penera"]
"""
PLATE = {
    "owner.name": "SPBU Melati 34",
    "identity.maker": "Tatsuno",
    "identity.serial": "TS-99",
    "uut.max_flow": "40",
    "uut.mmq": "2 l",
    "uut.nozzles": "1+2",
}


async def write(driver: Driver, text: str) -> None:
    for character in text:
        await driver.tap(
            {" ": "space", "+": "plus", "-": "minus", ",": "comma", ".": "full_stop"}.get(
                character, character
            )
        )


async def fill(driver: Driver, kind: str, answers: dict[str, str]) -> None:
    """Go through all lines with Enter; what has no answer is passed over."""
    for field in fields(kind):
        await write(driver, answers.get(field.name, ""))
        await driver.press("enter")


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_dispenser_is_registered_line_by_line(size):
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.press("n", "5")
        assert "Pompa ukur BBM" in driver.text()
        await fill(driver, "fuel_dispensers", PLATE)
        assert "ENTER menyimpan" in driver.text()
        await driver.press("enter")
        assert isinstance(driver.app.screen, HomeScreen)

    drive(desk, story, size=size)
    (order,) = desk.registered
    assert (order.owner.name, order.identity.serial) == ("SPBU Melati 34", "TS-99")
    assert order.uut["max_flow"] == "40 L/min"
    assert order.uut["mmq"] == "2 L"
    assert [one["id"] for one in order.uut["nozzles"]] == ["1", "2"]


def test_a_mistake_is_told_where_it_was_typed_and_the_line_stays():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.press("n", "5")
        await write(driver, "Toko")
        await driver.press(*["enter"] * 9)
        await write(driver, "40 liter")
        await driver.press("enter")
        assert "40 liter tidak dapat dibaca. Tulis seperti 40 L/min." in driver.text()
        await driver.press(*["backspace"] * 6, "enter")
        assert "40 L/min" in driver.text()
        await driver.press("f3")
        assert "Isian ini wajib" in driver.text()  # the maker, and the mark stands there
        await write(driver, "Merek")
        await driver.press("f3")
        assert isinstance(driver.app.screen, HomeScreen)

    drive(desk, story)
    assert desk.registered[0].identity.maker == "Merek"


def test_leaving_asks_only_when_something_would_be_lost():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.press("n", "1", "escape")
        assert isinstance(driver.app.screen, HomeScreen)
        await driver.press("n", "1")
        await write(driver, "Toko")
        await driver.press("escape")
        assert "akan hilang" in driver.text()
        await driver.press("escape")
        assert "Toko" in driver.text()
        await driver.press("escape", "0")
        assert isinstance(driver.app.screen, HomeScreen)

    drive(desk, story)
    assert desk.registered == []


SCALE = {
    "owner.name": "Toko Sari Laut",
    "identity.maker": "CAS",
    "identity.serial": "A-17",
    "uut.class": "III",
    "uut.max": "15",
    "uut.e": "5",
}


@pytest.mark.parametrize("size", [LARGE, SMALL])
@pytest.mark.parametrize("keys", [("r",), ("/", "asterisk")])
def test_a_waiting_order_is_opened_with_what_was_said_and_its_correction_kept(size, keys):
    desk = FakeDesk()
    desk.plate = SCALE

    async def story(driver: Driver) -> None:
        assert "R ralat" in driver.text()
        await driver.press(*keys)
        assert "RALAT ISIAN" in driver.text()
        assert "Toko Sari Laut" in driver.text()
        await driver.press("escape")  # nothing was typed, so nothing is asked
        assert isinstance(driver.app.screen, HomeScreen)
        await driver.press(*keys, *["down"] * 6, "backspace", "backspace")
        await write(driver, "71")
        await driver.press("escape")
        assert "akan hilang" in driver.text()
        await driver.press("escape", "f3")
        assert isinstance(driver.app.screen, HomeScreen)

    drive(desk, story, size=size)
    ((job, order),) = desk.corrected
    assert (job, order.identity.serial, order.owner.name) == ("P-0231", "A-71", "Toko Sari Laut")
    assert desk.registered == []


def test_an_order_whose_test_was_begun_is_not_opened_and_says_why():
    desk = FakeDesk()
    desk.plate, desk.begun = SCALE, {"P-0231"}

    async def story(driver: Driver) -> None:
        await driver.press("r")
        assert "sudah dimulai" in driver.text()
        assert "tidak dilanjutkan" in driver.text()

    drive(desk, story)
    assert desk.corrected == []


def test_a_choice_is_stepped_or_picked_and_never_typed():
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        await driver.press("n", "2", *["down"] * 8)
        assert "sentisimal" in driver.text()
        await driver.press("4")
        assert "‹ dacin ›" in driver.text()
        await driver.press("+")
        assert "‹ pegas ›" in driver.text()
        await driver.press("minus", "x")
        assert "‹ dacin ›" in driver.text()
        await driver.press("backspace")
        assert "dacin ›" not in driver.text()

    drive(desk, story)


def test_what_was_registered_can_be_begun_at_once(tmp_path):
    (tmp_path / FILE_NAME).write_text(LABORATORY, "utf-8")

    async def run() -> tuple[str, str]:
        async with open_workplace(tmp_path, Labels()) as place:
            desk = FrontDesk(place)
            job = desk.register(
                "mechanical_scales",
                {"owner.name": "Toko", "identity.maker": "Merek", "uut.type": "meja", "uut.max": "10"},
            )
            app = TeraApp(desk, Labels())
            async with app.run_test(size=LARGE) as pilot:
                await pilot.pause()
                assert isinstance(app.screen, HomeScreen)
                return job, next(one.id for one in desk.jobs())

    job, listed = asyncio.run(run())
    assert job == listed
    assert (tmp_path / "orders" / f"{job}.toml").exists()


def test_a_plate_that_cannot_be_right_is_refused_by_its_procedure_and_nothing_is_written(tmp_path):
    (tmp_path / FILE_NAME).write_text(LABORATORY, "utf-8")
    answers = {
        "owner.name": "Toko",
        "identity.maker": "Merek",
        "uut.class": "1.5",
        "uut.qmin": "6",
        "uut.qmax": "4",
    }

    async def run() -> str:
        async with open_workplace(tmp_path, Labels()) as place:
            app = TeraApp(FrontDesk(place), Labels())
            async with app.run_test(size=LARGE) as pilot:
                screen = RegistrationScreen("gas_meters", lambda _: None)
                await app.push_screen(screen)
                screen._answers |= answers
                await pilot.press("f3")
                await pilot.pause()
                return "\n".join(row.text for row in app.screen._compositor.render_strips())

    shown = asyncio.run(run())
    assert "6 m3/h" in shown
    assert not list((tmp_path / "orders").glob("*.toml"))


def test_an_order_that_cannot_be_read_is_listed_by_the_name_of_its_file(tmp_path):
    (tmp_path / FILE_NAME).write_text(LABORATORY, "utf-8")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "rusak.toml").write_text('kind = "scales\n', "utf-8")

    async def listed() -> list[str]:
        async with open_workplace(tmp_path, Labels()) as place:
            return [job.title for job in FrontDesk(place).jobs()]

    assert asyncio.run(listed()) == ["Berkas rusak.toml tidak terbaca: ENTER menjelaskan"]


LONG = "Perusahaan Umum Daerah Air Minum Tirta Kencana Sumber Rejeki Makmur Kabupaten Penajam Paser Utara"


@pytest.mark.parametrize("size", [LARGE, SMALL])
def test_a_long_name_stays_on_its_line_and_its_end_is_seen_while_it_is_typed(size):
    desk = FakeDesk()

    async def story(driver: Driver) -> None:
        def row() -> str:
            return next(line for line in driver.text().splitlines() if "Nama pemilik *" in line)

        await driver.press("n", "5")
        driver.app.post_message(Paste(LONG))
        await driver.pilot.pause()
        assert "Paser Utara▏" in row()
        await driver.press("enter")
        assert "Perusahaan Umum Daerah" in row()
        assert "…" in row()
        for field in fields("fuel_dispensers")[1:]:
            await write(driver, PLATE.get(field.name, ""))
            await driver.press("enter")
        await driver.press("enter")

    drive(desk, story, size=size)
    assert desk.registered[0].owner.name == LONG


@pytest.mark.parametrize("pasted", ["{}", "\n{}\r\n"])
def test_sixty_serial_numbers_arrive_whole_and_what_has_no_room_is_said_not_cut(pasted: str):
    """A list of meters is longer than a name; a cut serial number would be that of another meter."""
    desk = FakeDesk()
    serials = [f"MA-2026-{number:04d}" for number in range(60)]
    said = {**PLATE, "owner.name": "PDAM", "uut.q3": "2,5", "uut.ratio": "80"}

    async def story(driver: Driver) -> None:
        await driver.press("n", "4")
        for field in fields("water_meters"):
            if field.form == "serials":
                joint = ", " if pasted == "{}" else "\n"
                driver.app.post_message(Paste(pasted.format(joint.join(serials))))
                await driver.pilot.pause()
                driver.app.post_message(Paste("x" * LONGEST))
                await driver.pilot.pause()
                assert "▲ Tidak muat" in driver.text()
            elif field.name.startswith(("owner", "identity")) or field.name in said:
                await write(driver, said.get(field.name, ""))
            await driver.press("enter")
        await driver.press("enter")

    drive(desk, story)
    assert [one["serial"] for one in desk.registered[0].uut["meters"]] == serials
