"""The workbench as a program: owns the line, asks what the driver asks, and shows the one screen."""

from collections.abc import Callable
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path

from textual import work
from textual.screen import Screen

from bench.labels import Labels
from bench.trial import Trial
from bench.tui.screens.workbench import WorkbenchScreen
from bench.tui.shell import Shell
from drivers.clock import Clock, SystemClock, within
from drivers.errors import LinkLostError
from drivers.instrument import LineSettings
from drivers.transports import Transport

_RETRY_S = 1.0


class WorkbenchApp(Shell):
    """One driver, one line, one screen."""

    def __init__(
        self,
        trial: Trial,
        line: Transport,
        settings: LineSettings,
        labels: Labels,
        *,
        folder: Path,
        clock: Clock | None = None,
        key_clock: Callable[[], float] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        """Take the driver and the line; it is opened when the screen is shown.

        Args:
            trial: the driver on trial.
            line: owned from now on.
            settings: how the line is set.
            labels: words; F2 switches the language.
            folder: where captures are saved.
            clock: stamps the bytes; the computer's own by default.
            key_clock: as of `Shell`.
            zone: as of `Shell`.
        """
        super().__init__(labels, clock=clock or SystemClock(), key_clock=key_clock, zone=zone)
        self._trial = trial
        self._port = line
        told = f"{settings.baud} {settings.format}"
        self.workbench = WorkbenchScreen(trial, self.clock, line.name, told, folder)

    def first_screen(self) -> Screen[None]:
        """The workbench."""
        return self.workbench

    def opened(self) -> None:
        """Open the line."""
        self._listen()

    @work
    async def _listen(self) -> None:
        """Take bytes until the program ends."""
        await listen(self._trial, self._port, self.workbench, self.clock)


async def listen(trial: Trial, line: Transport, screen: WorkbenchScreen, clock: Clock) -> None:
    """Take the bytes of a line for a trial until cancelled; a line that is gone is tried again."""
    try:
        while True:
            try:
                await line.open()
                screen.fault = None
                await _talk(trial, line, clock)
            except LinkLostError as lost:
                screen.fault = lost
            await clock.sleep(_RETRY_S)
    finally:
        await line.close()


async def _talk(trial: Trial, line: Transport, clock: Clock) -> None:
    asked_at = float("-inf")
    while True:
        driver, now = trial.driver, clock.monotonic()
        request = driver.request()
        if request is not None and now - asked_at >= driver.interval_s:
            await line.send(request)
            asked_at = clock.monotonic()
            trial.watch.asked(request, asked_at)
        with suppress(TimeoutError):
            data = await within(clock, max(driver.interval_s, 0.1), line.receive())
            trial.watch.receive(data, clock.monotonic())
