"""`tera driver simulate`: the twin of a driver, on a line, until somebody stops it."""

import asyncio
from argparse import Namespace

import msgspec

from bench.cli.exit_code import ExitCode
from bench.cli.output import say
from bench.errors import LaboratoryError
from bench.laboratory import Folders
from drivers import catalogue
from drivers.clock import SystemClock
from drivers.errors import UnitError
from drivers.quantity import Quantity
from drivers.twins.hands import ScaleHands
from drivers.twins.played import PlayedInstrument
from drivers.twins.playing import serve
from drivers.twins.scenario import Scenario, read_scenario, with_seed
from drivers.twins.settings import TwinSettings

_MAX = Quantity(15, "kg")
_INTERVAL = Quantity(5, "g")


def simulate(options: Namespace) -> int:
    """Serve a driver's twin until stopped."""
    driver = catalogue.load(options.driver, folder=Folders(options.lab).drivers)
    scenario = _scenario(options)
    load = _quantity(options.load, nothing=True)

    def announce(twin: PlayedInstrument) -> None:
        if load is not None and isinstance(twin, ScaleHands):
            twin.place(load)
        say(f"TWIN {driver.mark.id} {twin.address}")

    asyncio.run(serve(driver, scenario, SystemClock(), port=options.tcp, link=options.pty, announce=announce))
    return ExitCode.DONE


def _scenario(options: Namespace) -> Scenario:
    """The scenario file, changed by what the options say."""
    if options.scenario is not None:
        scenario = read_scenario(options.scenario, seed=options.seed)
    else:
        scenario = with_seed(Scenario(scale=TwinSettings(max=_MAX, d=_INTERVAL)), options.seed or 1)
    said = {"max": _quantity(options.maximum), "d": _quantity(options.interval)}
    changed = {name: quantity for name, quantity in said.items() if quantity is not None}
    return msgspec.structs.replace(scenario, scale=msgspec.structs.replace(scenario.scale, **changed))


def _quantity(text: str | None, *, nothing: bool = False) -> Quantity | None:
    """A quantity above zero, or zero where `nothing` can stand on a scale."""
    if text is None:
        return None
    try:
        found = Quantity.parse(text)
    except UnitError as mistake:
        raise _no_quantity(str(mistake)) from None
    if found.value < 0 or not (found or nothing):
        raise _no_quantity(f"{found} is not above zero")
    return found


def _no_quantity(mistake: str) -> LaboratoryError:
    return LaboratoryError("usage.quantity", "{mistake}.", "Write quantities as in '5 kg'.", mistake=mistake)
