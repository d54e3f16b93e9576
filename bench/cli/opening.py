"""A command opens the bench: what it must tell before anything else is said on standard error."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.cli.leaving import left_in_order
from bench.cli.output import warn
from bench.labels import Labels
from bench.workplace import Workplace, open_workplace
from drivers.clock import Clock


@asynccontextmanager
async def opened(options: Namespace, labels: Labels, clock: Clock | None = None) -> AsyncIterator[Workplace]:
    """Open the laboratory of `--lab`, and name each instrument that could not be brought to its safe state.

    Raises:
        PlainError: see `open_workplace`.
    """
    workplace = open_workplace(options.lab, labels, clock=clock, officer=options.officer)
    with left_in_order():
        async with workplace as place:
            for instrument, trouble in place.unsafe.items():
                why = labels.problem(trouble)[0]
                told = labels.text("command.not_safe", instrument=instrument, why=why)
                warn(f"▲ {told}")
            yield place
