"""`tera`: opens the screen on the laboratory in this folder; offers the demonstration where there is none."""

import asyncio
from argparse import Namespace
from pathlib import Path

from bench.cli.exit_code import ExitCode
from bench.cli.opening import opened
from bench.cli.output import say
from bench.front_desk import FrontDesk
from bench.labels import Labels
from bench.laboratory import FILE_NAME
from drivers.clock import Clock


def open_screen(options: Namespace) -> int:
    """Open the screen; `tera run` and `tera resume` begin with their job."""
    labels = Labels(options.lang)
    if not (options.lab / FILE_NAME).exists():
        say(labels.text("command.no_laboratory", folder=str(options.lab.resolve())))
        return ExitCode.USAGE
    return asyncio.run(show(options, labels))


async def show(options: Namespace, labels: Labels, clock: Clock | None = None, *, told_pin: str = "") -> int:
    """Show the screen until it is left; `told_pin`: that of a demonstration, for whoever signs."""
    from bench.tui import show_desk  # noqa: PLC0415 - textual is loaded only for the screen

    order: Path | None = getattr(options, "uut", None)
    async with opened(options, labels, clock) as place:
        first = ""
        if order is not None:
            first = order.stem if order.parent.resolve() == place.folders.orders.resolve() else str(order)
        elif getattr(options, "run", None) is not None:
            first = place.find(options.run).run
        chosen = getattr(options, "instrument", ())
        desk = FrontDesk(place, orders=() if order is None else (order,), chosen=chosen)
        desk.put_away()
        return await show_desk(
            desk,
            labels,
            auto_capture=place.laboratory.bench.auto_capture,
            first=first,
            run_clock=place.around.clock,
            told_pin=told_pin,
        )
