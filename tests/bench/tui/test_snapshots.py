"""The screens as rows of text, so that a change of the layout is a diff in review.

`TERA_UPDATE_SNAPSHOTS=1` writes them anew; look at what changed before keeping it.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.tui.screens.face import Face
from tests.bench.tui.driving import LARGE, SMALL, Driver, drive
from tests.bench.tui.fake_desk import BROKEN_OFF, PIN, FakeDesk, grams

FOLDER = Path(__file__).parent / "snapshots"


async def home(driver: Driver) -> None:
    pass


async def inspect(driver: Driver) -> None:
    await driver.begin()
    await driver.press("2")


async def run(driver: Driver) -> None:
    await driver.begin(readings=8)
    await driver.wait(2.0)


async def refused(driver: Driver) -> None:
    await driver.begin(readings=2)
    driver.desk.scale.put(grams(2000), "0")
    await driver.wait(2.0)
    await driver.press("enter")


async def keying(driver: Driver) -> None:
    await driver.begin(readings=4)


async def large(driver: Driver) -> None:
    await driver.begin(readings=3)
    await driver.wait(2.0)
    await driver.press("f5")


async def menu(driver: Driver) -> None:
    await driver.begin(readings=1)
    await driver.press("/")


async def review(driver: Driver) -> None:
    driver.desk.steps = driver.desk.steps[:4]
    await driver.press("enter")
    await driver.finish()


async def signing(driver: Driver) -> None:
    await review(driver)
    await driver.press("enter", *PIN[:4])


async def sealed(driver: Driver) -> None:
    await review(driver)
    await driver.press("enter", *PIN, "enter")


async def outbox(driver: Driver) -> None:
    await sealed(driver)
    await driver.press("k")


async def unsafe(driver: Driver) -> None:
    driver.desk.out_of_reach = ("katup bangku",)
    driver.app.screen.paint()


async def resumed(driver: Driver) -> None:
    driver.desk.broken_off = BROKEN_OFF
    await driver.press("enter")


async def taken_up(driver: Driver) -> None:
    await resumed(driver)
    await driver.press("enter")
    await driver.wait_for_prompt()


SCREENS: dict[str, tuple[Callable[[Driver], Awaitable[None]], dict[str, bool]]] = {
    "home": (home, {}),
    "home-training": (home, {"training": True, "manual": True}),
    "inspect": (inspect, {}),
    "run": (run, {}),
    "run-refused": (refused, {}),
    "run-keying": (keying, {"manual": True}),
    "run-large": (large, {}),
    "run-menu": (menu, {}),
    "home-unsafe": (unsafe, {}),
    "run-broken-off": (resumed, {}),
    "run-taken-up": (taken_up, {}),
    "review": (review, {}),
    "review-signing": (signing, {}),
    "review-sealed": (sealed, {}),
    "outbox": (outbox, {}),
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("size", [LARGE, SMALL], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_looks_as_it_did(name: str, size: tuple[int, int]):
    story, options = SCREENS[name]
    seen: list[str] = []

    async def look(driver: Driver) -> None:
        await story(driver)
        for screen in driver.app.screen_stack:
            if isinstance(screen, Face):
                screen.paint()
        await driver.pilot.pause()
        seen.append(driver.text() + "\n")

    drive(FakeDesk(**options), look, size=size)
    file = FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("TERA_UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(seen[0], encoding="utf-8", newline="\n")
    assert seen[0] == file.read_text(encoding="utf-8")
