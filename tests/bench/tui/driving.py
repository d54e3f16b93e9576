"""Drives the app over the fake desk: counted presses, time that passes on request, text of the screen."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta, timezone

from rich.color_triplet import ColorTriplet
from textual.pilot import Pilot

from bench.labels import Labels
from bench.tui.app import TeraApp
from bench.tui.screens.run import RunScreen
from procedures.action import AddSmallWeights, Choose, KeyIndication
from tests.bench.tui.fake_desk import FakeDesk

JAKARTA = timezone(timedelta(hours=7), "WIB")
LARGE, SMALL = (100, 30), (80, 24)


class Driver:
    """One person at one screen."""

    def __init__(self, desk: FakeDesk, app: TeraApp, pilot: Pilot[int]) -> None:
        self.desk, self.app, self.pilot = desk, app, pilot
        self.presses = 0

    async def press(self, *keys: str) -> None:
        """Press keys, each more than a second after the one before."""
        for key in keys:
            self.presses += 1
            await self.tap(key)
            self.desk.clock.seconds += 0.05
            await self.wait(1.2)

    async def tap(self, key: str) -> None:
        """Press one key and let no time pass."""
        await self.pilot.press(key)
        await self.pilot.pause()

    async def wait(self, seconds: float) -> None:
        """Let time pass while the scale goes on sending."""
        frames = max(1, round(seconds / 0.4))
        for _ in range(frames):
            self.desk.beat(seconds / frames)
            if isinstance(self.app.screen, RunScreen):
                self.app.screen._tick()
            await asyncio.sleep(0)
        await self.pilot.pause()

    async def wait_for_prompt(self) -> None:
        """Let time pass until something waits for a person."""
        for _ in range(600):
            screen = self.app.screen
            if not isinstance(screen, RunScreen) or self.needs_a_key(screen):
                return
            await self.wait(0.2)
        raise AssertionError("nothing was asked within 120 s:\n" + self.text())

    def needs_a_key(self, screen: RunScreen) -> bool:
        prompt = screen.operator.prompt
        if (
            prompt is None
            or screen.painted_at > self.desk.clock.monotonic()
            or screen._held_until is not None
        ):
            return False
        tag = prompt.action.__struct_config__.tag
        auto = {"remove_load", "add_small_weights"} | ({"place_load"} if self.app.auto_capture else set())
        several = isinstance(prompt.action, AddSmallWeights) and prompt.action.count > 1
        return several or tag not in auto

    @property
    def run(self) -> RunScreen:
        """The run screen, which must be the one that is shown."""
        assert isinstance(self.app.screen, RunScreen), self.text()
        return self.app.screen

    async def begin(self, readings: int = 0) -> None:
        """Start the job, agree to the checklist and take that many readings."""
        await self.press("enter")
        for _ in range(readings + 1 if readings else 0):
            await self.wait_for_prompt()
            await self.wait(0.4)
            await self.press("enter")
        await self.wait_for_prompt()

    async def finish(self) -> None:
        """Take every reading that is left, up to the review."""
        while isinstance(self.app.screen, RunScreen):
            await self.wait_for_prompt()
            if isinstance(self.app.screen, RunScreen):
                await self.wait(0.4)
                await self.press(*self.agreeing())

    def agreeing(self) -> tuple[str, ...]:
        """The keys by which a person says that all is as it should be."""
        prompt = self.run.operator.prompt
        assert prompt is not None
        match prompt.action:
            case Choose(question="find_edge", choices=choices):
                return (str(choices.index("fell") + 1),)
            case KeyIndication() if prompt.id.startswith("discrimination/") and "#2/" in prompt.id:
                return ("+", "enter")  # with 1.4 d more the display has to go up by one
            case _:
                return ("enter",)

    def greens(self) -> list[str]:
        """The text on screen that is green, in letters or ground."""
        return [
            segment.text
            for strip in self.app.screen._compositor.render_strips()
            for segment in strip
            for color in (segment.style.color, segment.style.bgcolor)
            if color is not None and is_green(color.get_truecolor())
        ]

    def text(self) -> str:
        """The rows of the screen as plain text."""
        height = self.app.size.height
        rows = self.app.screen._compositor.render_strips()
        return "\n".join(row.text.rstrip() for row in rows[:height])


def is_green(color: ColorTriplet) -> bool:
    return color.green > color.red + 30 and color.green > color.blue + 30


def drive(
    desk: FakeDesk,
    story: Callable[[Driver], Awaitable[None]],
    *,
    size: tuple[int, int] = LARGE,
    language: str = "id",
    auto_capture: bool = False,
    first: str = "",
) -> Driver:
    """Run a story against the app."""

    async def run() -> Driver:
        clock = desk.clock
        app = TeraApp(
            desk,
            Labels(language),
            auto_capture=auto_capture,
            clock=clock,
            key_clock=clock.monotonic,
            zone=JAKARTA,
            first=first,
        )
        async with app.run_test(size=size) as pilot:
            driver = Driver(desk, app, pilot)
            await pilot.pause()
            await driver.wait(0.4)
            await story(driver)
        return driver

    return asyncio.run(run())
