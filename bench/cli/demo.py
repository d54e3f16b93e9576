"""`tera demo`: the whole main job on twins, from an order to a receipt."""

import asyncio
import os
import sys
from argparse import Namespace
from pathlib import Path

from bench import demo as demonstration
from bench.cli.exit_code import ExitCode
from bench.cli.opening import opened
from bench.cli.output import say
from bench.cli.runs import carry_through
from bench.labels import Labels
from bench.operators.twin_hands import AutomaticOperator
from bench.workplace import read_assignment
from drivers.clock import Clock, PatientClock, SystemClock


def demo(options: Namespace) -> int:
    """Prepare the demonstration laboratory, start its registry, do the job."""
    root = options.data or Path("tera-demo")
    laboratory = demonstration.prepare(
        root, seed=options.seed, fault=options.fault, procedure=options.procedure.replace("-", "_")
    )
    options.lab = root
    os.environ.setdefault("TERA_PIN", demonstration.PIN)
    clock: Clock = SystemClock() if options.pace == 1 else PatientClock(options.pace)
    with demonstration.running_registry(laboratory, linger_s=options.linger):
        if options.headless or options.json or not sys.stdout.isatty():
            return asyncio.run(_headless(options, laboratory, clock))
        return _on_screen(options, clock)


async def _headless(options: Namespace, laboratory: demonstration.DemoLaboratory, clock: Clock) -> int:
    labels = Labels(options.lang)
    async with opened(options, labels, clock) as place:
        run = await place.begin(read_assignment(laboratory.order))
        code = await carry_through(options, place, run, AutomaticOperator())
    if not options.json and options.linger:
        say(
            labels.text(
                "command.demo_lingers",
                minutes=round(options.linger / 60),
                folder=str(laboratory.registry),
                port=laboratory.port,
            )
        )
    return code


def _on_screen(options: Namespace, clock: Clock) -> int:
    from bench.cli.screen import show  # noqa: PLC0415 - textual is loaded only for the screen

    labels = Labels(options.lang)
    say(labels.text("command.demo_pin", pin=demonstration.PIN))
    asyncio.run(show(options, labels, clock, told_pin=demonstration.PIN))
    return ExitCode.DONE
