"""The workbench as a program: owns the line, asks what the driver asks, and shows the one screen."""

from collections.abc import Callable
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path

from textual import work
from textual.screen import Screen

from bench.labels import Labels
from bench.tui.screens.workbench import WorkbenchScreen
from bench.tui.shell import Shell
from bench.tui.trial import Trial
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
        """Take bytes until the program ends; a line that is gone is tried again."""
        try:
            while True:
                try:
                    await self._port.open()
                    self.workbench.fault = None
                    await self._talk()
                except LinkLostError as lost:
                    self.workbench.fault = lost
                await self.clock.sleep(_RETRY_S)
        finally:
            await self._port.close()

    async def _talk(self) -> None:
        asked_at = float("-inf")
        while True:
            driver, now = self._trial.driver, self.clock.monotonic()
            request = driver.request()
            if request is not None and now - asked_at >= driver.interval_s:
                await self._port.send(request)
                asked_at = self.clock.monotonic()
                self._trial.watch.asked(request, asked_at)
            with suppress(TimeoutError):
                data = await within(self.clock, max(driver.interval_s, 0.1), self._port.receive())
                self._trial.watch.receive(data, self.clock.monotonic())
