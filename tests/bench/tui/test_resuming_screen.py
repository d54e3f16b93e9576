"""A run taken up again, and a bench whose valves do not answer: what the penera is told, and at what cost."""

import pytest

from bench.tui.screens.dialogs import Tell
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import BROKEN_OFF, FakeDesk

COST = {
    "the gap": "Terputus 34 menit",
    "what is whole": "TERCATAT utuh",
    "what is lost": "beban diletakkan (Kebenaran turun 5.000 g)",
    "what is repeated": "Diulang dari awal: Kebenaran turun",
    "why": "tidak diketahui",
    "zero": "Diperiksa dulu: nol",
    "warm-up": "Diperiksa dulu: pemanasan",
    "room": "Diperiksa dulu: keadaan ruang",
    "where it is written": "dalam cerapan",
    "how it is closed": "ENTER tutup",
}


def words(driver: Driver) -> str:
    """The text on screen without frames and line breaks."""
    rows = driver.text().splitlines()
    return " ".join(" ".join(row.strip(" │┃▌|").split()) for row in rows)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=str)
def test_what_a_break_cost_is_told_in_one_piece_before_the_first_step(size):
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        assert isinstance(driver.app.screen, Tell)
        told = words(driver)
        assert [name for name, part in COST.items() if part not in told] == []
        await driver.press("enter")
        await driver.wait_for_prompt()
        assert "terputus 34 mnt" in driver.run.query_one("#head").render().plain
        assert driver.desk.answers == [], "the Enter that closes it answers nothing"

    desk = FakeDesk()
    desk.broken_off = BROKEN_OFF
    driver = drive(desk, story, size=size)
    assert driver.presses == 2, "one press more than a run that was not broken off"


def test_an_enter_that_is_held_down_does_not_wave_it_through_unseen():
    async def story(driver: Driver) -> None:
        for _ in range(5):
            await driver.tap("enter")
        assert isinstance(driver.app.screen, Tell)

    desk = FakeDesk()
    desk.broken_off = BROKEN_OFF
    drive(desk, story)


def test_it_can_be_read_again_from_the_menu():
    async def story(driver: Driver) -> None:
        await driver.press("enter", "enter")
        await driver.wait_for_prompt()
        await driver.press("/", "7")
        assert COST["what is repeated"] in words(driver)

    desk = FakeDesk()
    desk.broken_off = BROKEN_OFF
    drive(desk, story)


def test_a_run_that_was_not_broken_off_says_so_when_asked():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.wait_for_prompt()
        await driver.press("/", "7")
        assert "tidak terputus" in driver.text()

    drive(FakeDesk(), story)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=str)
def test_valves_that_did_not_close_stand_first_among_the_warnings_until_they_answer(size):
    async def story(driver: Driver) -> None:
        driver.desk.out_of_reach = ("katup bangku",)
        driver.app.screen.paint()
        await driver.pilot.pause()
        assert "▲ katup bangku tidak menjawab: TUTUP katup dan MATIKAN pompa" in words(driver)
        await driver.press("/", "9")
        assert driver.desk.made_safe == 1
        assert "katup bangku" not in driver.text()

    drive(FakeDesk(), story, size=size)
