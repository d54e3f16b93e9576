import pytest

from bench.tui.screens.home import HomeScreen
from bench.tui.screens.review import ReviewScreen
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import PIN, FakeDesk, Step


def short(desk: FakeDesk) -> FakeDesk:
    """The same desk with the first seven steps of the test."""
    desk.steps = desk.steps[:7]
    return desk


def failing(desk: FakeDesk) -> FakeDesk:
    desk.steps = [*desk.steps[:6], Step(desk.steps[6].planned, "9", "5")]
    return desk


def test_nothing_is_green_before_the_seal_and_the_verdict_is_after():
    async def story(driver: Driver) -> None:
        assert driver.greens() == []
        await driver.press("enter")
        while not isinstance(driver.app.screen, ReviewScreen):
            await driver.wait_for_prompt()
            assert driver.greens() == []
            if isinstance(driver.app.screen, ReviewScreen):
                break
            await driver.wait(0.4)
            await driver.press("enter")
            assert driver.greens() == []
        for key in ("f1", "enter", "enter", *PIN):
            await driver.press(key)
            assert driver.greens() == []
        assert "belum tersegel" in driver.text()
        assert "✔ SAH" not in driver.text()
        await driver.press("enter")
        assert any("SAH" in text for text in driver.greens())
        assert "TERSEGEL" in driver.text()

    drive(short(FakeDesk()), story)


def test_a_failing_scale_is_never_green():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        assert "akan ditandatangani: BATAL" in driver.text()
        await driver.press("enter", *PIN, "enter")
        assert "✘ BATAL" in driver.text()
        assert driver.greens() == []

    drive(failing(FakeDesk()), story)


def test_review_names_the_failing_point():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        assert "di luar BKD: Eksentrisitas 4" in driver.text()

    drive(failing(FakeDesk()), story)


def test_neither_one_nor_two_enters_sign():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        await driver.press("enter", "enter", "enter")
        assert driver.desk.sealed == []

    drive(short(FakeDesk()), story)
    drive(short(FakeDesk(training=True, pin_needed=False)), story)


def test_signing_states_its_meaning():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        await driver.press("enter")
        assert "Penera Satu, menyatakan telah MENGUJI" in driver.text()

    drive(short(FakeDesk()), story)


def test_the_pin_is_never_shown():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        await driver.press("enter", *PIN)
        assert "● ● ● ● ● ●" in driver.text()
        assert PIN not in driver.text()

    drive(short(FakeDesk()), story)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=str)
def test_training_stands_on_every_screen(size: tuple[int, int]):
    async def story(driver: Driver) -> None:
        async def marked(*keys: str) -> None:
            await driver.press(*keys)
            assert "LATIHAN (TRAINING)" in driver.text()

        await marked()
        await marked("enter")
        await marked("f1")
        await marked("enter")
        await driver.finish()
        await marked()
        await marked("enter", "1", "enter")
        assert driver.desk.sealed
        await marked("k")
        await marked("escape")
        await marked("enter")
        assert isinstance(driver.app.screen, HomeScreen)

    drive(short(FakeDesk(training=True, pin_needed=False)), story, size=size)


def test_a_real_bench_shows_no_training():
    async def story(driver: Driver) -> None:
        assert "LATIHAN" not in driver.text()

    drive(FakeDesk(), story)


def test_without_colour_every_outcome_is_still_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        await driver.press("enter", *PIN, "enter")
        assert "✔ SAH" in driver.text()
        assert all(max(color) - min(color) < 3 for color in colours(driver))

    drive(short(FakeDesk()), story)


def colours(driver: Driver) -> list[tuple[int, int, int]]:
    strips = driver.app.screen._compositor.render_strips()
    filtered = [
        strip.apply_filter(one, driver.app.screen.background_colors[1])
        for strip in strips
        for one in driver.app._filters
        if one.enabled
    ]
    found = [
        tuple(color.get_truecolor())
        for strip in filtered
        for segment in strip
        for color in (segment.style.color, segment.style.bgcolor)
        if color is not None
    ]
    assert found
    return found


def test_sealed_queued_and_delivered_are_different_words():
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        await driver.press("enter", *PIN, "enter", "k")
        assert "tersegel, antre kirim" in driver.text()
        await driver.press("k")
        assert "diterima" in driver.text()
        assert "https://register.example/p/7c1e" in driver.text()

    drive(short(FakeDesk()), story)
