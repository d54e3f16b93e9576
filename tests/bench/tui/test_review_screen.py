"""The review: several instruments each with its verdict, before and after an adjustment, testing again."""

from datetime import date

from msgspec.structs import replace

from bench.tui.screens.review import ReviewScreen
from bench.tui.screens.run import RunScreen
from procedures.heading import Heading
from procedures.point import Outcome, Phase, Subject
from tests.bench.tui.driving import SMALL, Driver, drive
from tests.bench.tui.fake_desk import PIN, FakeDesk


def failing_desk() -> FakeDesk:
    desk = FakeDesk()
    desk.steps = desk.steps[:3]
    desk.steps[2] = type(desk.steps[2])(desk.steps[2].planned, "9.0", "5")
    return desk


async def review(driver: Driver) -> ReviewScreen:
    await driver.press("enter")
    await driver.finish()
    assert isinstance(driver.app.screen, ReviewScreen), driver.text()
    return driver.app.screen


def test_each_of_several_instruments_and_the_state_before_an_adjustment_are_seen_before_signing():
    async def story(driver: Driver) -> None:
        screen = await review(driver)
        conclusion = screen._measured.conclusion
        subjects = (
            Subject(id="1", serial="A-0001", outcome=Outcome.CONFORMS, valid_until=date(2031, 11, 21)),
            Subject(
                id="2",
                serial="A-0002",
                outcome=Outcome.DOES_NOT_CONFORM,
                failing=(conclusion.points[2].label,),
            ),
        )
        before = Phase(points=conclusion.points, verdict=conclusion.verdict)
        screen._measured = replace(
            screen._measured,
            outcome=Heading.MIXED,
            conclusion=replace(conclusion, subjects=subjects, as_found=before),
        )
        screen.paint()
        await driver.pilot.pause()
        assert "Putusan yang akan ditandatangani: LIHAT DAFTAR" in driver.text()
        assert "1 A-0001: SAH" in driver.text()
        assert "2 A-0002: BATAL" in driver.text()
        assert "Sebelum justir: BATAL, 2 dari 3" in driver.text()
        assert not driver.greens()

    drive(failing_desk(), story, size=SMALL)


def test_why_names_the_points_that_do_not_conform():
    async def story(driver: Driver) -> None:
        await review(driver)
        await driver.press("f1")
        assert "Eksentrisitas" in driver.text()
        assert "240/2023" in driver.text()
        assert "Terukur belum berarti sah" in driver.text()
        await driver.press("escape", "enter", *PIN, "enter", "f1")
        assert "240/2023" in driver.text()
        assert "Terukur belum berarti sah" not in driver.text()

    drive(failing_desk(), story)


def test_what_did_not_conform_is_tested_again_in_a_new_run_only_after_it_was_sealed():
    async def story(driver: Driver) -> None:
        screen = await review(driver)
        await driver.press("u")
        assert driver.app.screen is screen
        await driver.press("enter", *PIN, "enter")
        assert "U uji lagi" in driver.text()
        await driver.press("u")
        assert isinstance(driver.app.screen, RunScreen)

    drive(failing_desk(), story)
