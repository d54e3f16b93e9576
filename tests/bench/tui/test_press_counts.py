import pytest

from bench.tui.screens.home import HomeScreen
from bench.tui.screens.review import ReviewScreen
from procedures.action import Choice, Keyed, PlaceLoad
from tests.bench.tui.driving import Driver, drive
from tests.bench.tui.fake_desk import PIN, FakeDesk

READINGS = 20
"""zero, 5 eccentricity, 6 up, 4 down, 3 repeatability, discrimination; the visual checklist is no reading"""

EDGE = 2
"""ten small weights stand on it, and the edge of the step is found: only a person can say so"""


async def verify_one_scale(driver: Driver) -> None:
    """From Home to the seal: Enter wherever a person is needed."""
    await driver.press("enter")
    while True:
        await driver.wait_for_prompt()
        if isinstance(driver.app.screen, ReviewScreen):
            break
        await driver.wait(0.4)
        await driver.press(*driver.agreeing())
    await driver.press("enter", *PIN, "enter")
    await driver.wait(0.4)


def test_a_live_scale_takes_at_most_32_presses():
    desk = FakeDesk()
    driver = drive(desk, verify_one_scale)
    assert desk.sealed == ["run-1"]
    assert driver.presses <= 30 + EDGE
    assert desk.answers[0][1] == Choice("conforms")
    assert len(desk.works[0].points) == len(desk.steps)


def test_a_live_scale_with_auto_capture_takes_at_most_13_presses():
    desk = FakeDesk()
    driver = drive(desk, verify_one_scale, auto_capture=True)
    assert desk.sealed == ["run-1"]
    assert driver.presses <= 11 + EDGE
    placed = [prompt for prompt, _ in desk.answers if isinstance(prompt.action, PlaceLoad)]
    assert len(placed) == READINGS - 1


def test_a_scale_without_a_port_takes_at_most_33_presses_when_it_agrees_with_the_nominals():
    desk = FakeDesk(manual=True)
    driver = drive(desk, verify_one_scale)
    assert desk.sealed == ["run-1"]
    assert driver.presses <= 33
    keyed = [answer for _, answer in desk.answers if isinstance(answer, Keyed)]
    assert len(keyed) == READINGS + 1


@pytest.mark.parametrize("pin", ["000000", "271829"])
def test_a_wrong_pin_seals_nothing_and_loses_nothing(pin: str):
    async def story(driver: Driver) -> None:
        await driver.press("enter")
        await driver.finish()
        await driver.press("enter", *pin, "enter")
        assert driver.desk.sealed == []
        assert "The PIN is wrong." in driver.text()
        await driver.press(*PIN, "enter")
        assert driver.desk.sealed == ["run-1"]
        await driver.press("enter")
        assert isinstance(driver.app.screen, HomeScreen)

    desk = FakeDesk()
    desk.steps = desk.steps[:2]
    drive(desk, story)
