"""Who sits at the bench: PINs of new keys, a screen that was left alone, changing seats, closing a run."""

from datetime import timedelta

import pytest

from bench.desk import SealedFiles
from bench.tui.app import TeraApp
from bench.tui.pin import PinEntry
from bench.tui.screens.dialogs import AskPin, Pick, Tell
from bench.tui.screens.home import HomeScreen
from bench.tui.screens.lock import LockScreen
from bench.tui.screens.run import RunScreen
from tests.bench.tui.driving import Driver, drive
from tests.bench.tui.fake_desk import PIN, FakeDesk


def typed(entry: PinEntry, keys: str) -> str | None:
    given = None
    for key in keys:
        given = entry.press("enter" if key == "!" else key)
    return given


def test_the_pin_of_a_new_key_is_typed_twice_and_both_must_agree():
    entry = PinEntry(new=True)
    assert typed(entry, "123456!") is None
    assert entry.asks == "pin.type_again"
    assert typed(entry, "123457!") is None
    assert entry.refused == "pin.differs"
    assert entry.asks == "pin.type_new"
    assert typed(entry, "123456!123456!") == "123456"


def test_a_short_pin_is_refused_before_anything_is_tried():
    entry = PinEntry()
    assert typed(entry, "12345!") is None
    assert entry.refused == "pin.short"
    assert typed(entry, "6!") == "123456"


def test_a_pin_longer_than_six_digits_can_be_typed():
    assert typed(PinEntry(), "12345678!") == "12345678"


def left_alone() -> FakeDesk:
    desk = FakeDesk()
    desk.idle_lock_s = 900.0
    return desk


async def leave_alone(driver: Driver, seconds: float) -> None:
    driver.desk.clock.seconds += seconds
    driver.app.lock_when_idle()
    await driver.pilot.pause()


def test_a_screen_left_alone_is_covered_until_the_right_pin_is_typed():
    async def story(driver: Driver) -> None:
        await leave_alone(driver, 899)
        assert isinstance(driver.app.screen, HomeScreen)
        await leave_alone(driver, 2)
        assert isinstance(driver.app.screen, LockScreen)
        assert "TERKUNCI" in driver.text()
        assert "Pekerjaan" not in driver.text()
        await driver.press("k", "escape", "ctrl+q", *"000000", "enter")
        assert isinstance(driver.app.screen, LockScreen)
        await driver.press(*PIN, "enter")
        assert isinstance(driver.app.screen, HomeScreen)

    assert drive(left_alone(), story).desk.tried == ["000000", PIN]


def test_beneath_the_lock_readings_go_on_and_nothing_is_answered():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=1)
        run, answered = driver.run, len(driver.desk.answers)
        await leave_alone(driver, 1000)
        run.scale.auto_capture = True  # the bench would see this load stand, and take it
        assert isinstance(driver.app.screen, LockScreen)
        before = run.view.live["uut"]
        driver.desk.beat(2.0)
        run._tick()
        assert run.view.live["uut"] is not before
        for _ in range(5):
            driver.desk.beat(0.4)
            run._tick()
        await driver.press("enter")
        assert len(driver.desk.answers) == answered
        await driver.press(*PIN, "enter")
        assert isinstance(driver.app.screen, RunScreen)
        await driver.wait(2.0)
        assert len(driver.desk.answers) > answered

    drive(left_alone(), story)


def test_the_time_that_a_question_waits_behind_the_lock_is_no_work():
    async def story(driver: Driver) -> None:
        await driver.begin(readings=4)
        run = driver.run
        run._count_work()
        worked = run._worked
        await leave_alone(driver, 7 * 3600)
        assert isinstance(driver.app.screen, LockScreen)
        run._count_work()  # what went by before the lock fell is counted with the next
        covered = run._worked
        await leave_alone(driver, 3600)
        run._count_work()
        assert run._worked == covered
        assert covered - worked < timedelta(hours=1), covered
        await driver.press(*PIN, "enter")
        driver.desk.clock.seconds += 60
        run._count_work()
        assert run._worked - covered >= timedelta(seconds=60)

    drive(left_alone(), story)


NEVER = {
    "the laboratory wants none": {"idle_lock_s": 0.0},
    "the officer has no PIN": {"pin_needed": False},
    "the key with the PIN is not there yet": {"pin_new": True},
}


def test_a_screen_that_could_not_be_opened_again_is_never_covered():
    for why, settings in NEVER.items():
        desk = left_alone()
        for name, value in settings.items():
            setattr(desk, name, value)

        async def story(driver: Driver, why: str = why) -> None:
            await leave_alone(driver, 1e6)
            assert isinstance(driver.app.screen, HomeScreen), why

        drive(desk, story)


def test_another_penera_sits_down_by_a_key():
    async def story(driver: Driver) -> None:
        await driver.press("p")
        assert isinstance(driver.app.screen, Pick)
        await driver.press("2")
        assert "Penera Dua" in driver.text().splitlines()[0]

    drive(FakeDesk(), story)


def test_a_run_that_was_broken_off_is_closed_with_a_reason_and_the_pin():
    desk = FakeDesk()
    desk.unfinished = True

    async def story(driver: Driver) -> None:
        await driver.press("x")
        for letter in "rusak":
            await driver.pilot.press(letter)
        await driver.press("enter")
        assert isinstance(driver.app.screen, AskPin)
        await driver.press(*PIN, "enter")

    drive(desk, story)
    assert desk.voided == [("run-2", "rusak")]


def test_with_a_wrong_pin_no_run_is_closed_and_the_screen_says_so():
    desk = FakeDesk()
    desk.unfinished = True

    async def story(driver: Driver) -> None:
        await driver.press("x", *"rusak", "enter", *"999999", "enter")
        assert isinstance(driver.app.screen, Tell)
        assert "PIN" in driver.text()

    drive(desk, story)
    assert (desk.voided, desk.tried) == ([], ["999999"])


class Broken(FakeDesk):
    """Fails in a way that nobody foresaw, with a PIN at hand."""

    async def void(self, run: str, reason: str, pin: str) -> SealedFiles:
        raise RuntimeError(f"{run} {reason}")


def test_what_nobody_foresaw_ends_the_screens_without_showing_what_variables_hold():
    desk = Broken()
    desk.unfinished = True
    apps: list[TeraApp] = []

    async def story(driver: Driver) -> None:
        apps.append(driver.app)
        await driver.press("x", *"rusak", "enter", *PIN, "enter")

    with pytest.raises(Exception, match="run-2 rusak"):
        drive(desk, story)
    assert isinstance(apps[0].unforeseen, RuntimeError)
    assert apps[0]._exit_renderables == []


def test_a_job_that_was_not_begun_cannot_be_closed():
    async def story(driver: Driver) -> None:
        await driver.press("x")
        assert isinstance(driver.app.screen, Tell)

    assert drive(FakeDesk(), story).desk.voided == []
