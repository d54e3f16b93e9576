"""The bench in front of a person: a screen that is a fold over the events and answers prompts by key.

Only this package imports Textual, and only when a screen is opened.
"""

import asyncio
from zoneinfo import ZoneInfo

from bench.desk import Desk
from bench.labels import Labels
from drivers.clock import Clock


async def show_desk(
    desk: Desk,
    labels: Labels,
    *,
    auto_capture: bool = False,
    first: str = "",
    run_clock: Clock | None = None,
    told_pin: str = "",
) -> int:
    """Show the screen on a desk until it is left; returns the exit code.

    Args:
        desk: the laboratory; closed by whoever opened it.
        labels: the language to begin in; F2 switches.
        auto_capture: take a reading without a key once the expected load stands at rest.
        first: the job, or the run, to begin with; empty: the home screen.
        run_clock: the time of instruments and runs, when it is not the person's: twins can be faster.
        told_pin: the PIN that a demonstration tells whoever signs; it protects nothing.

    Raises:
        Exception: what ended the screens unforeseen, to be told in a sentence.
    """
    from bench.tui.app import TeraApp  # noqa: PLC0415 - the view and its tests do without Textual

    app = TeraApp(
        desk,
        labels,
        auto_capture=auto_capture,
        zone=ZoneInfo(desk.zone),
        first=first,
        run_clock=run_clock,
        told_pin=told_pin,
    )
    await app.run_async()
    if app.unforeseen is not None:
        raise app.unforeseen
    return app.return_code or 0


def run_app(desk: Desk, labels: Labels, *, auto_capture: bool = False) -> int:
    """Show the screen as `show_desk` does, and block until it is left."""
    return asyncio.run(show_desk(desk, labels, auto_capture=auto_capture))
