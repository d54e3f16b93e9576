"""A scenario: what simulated instruments do and what goes wrong, as a small TOML file with a seed.

The same file, the same seed and the same times give the same bytes. Times count from the moment at which the
twin was switched on.
"""

from decimal import Decimal
from pathlib import Path
from typing import Literal

import msgspec

from drivers import notation
from drivers.errors import DescriptionError
from drivers.quantity import Quantity
from drivers.twins.faults import FaultEntry
from drivers.twins.plant import CourseEntry, StepEntry
from drivers.twins.settings import TwinSettings
from drivers.twins.vessels import NozzleEntry, VesselEntry
from drivers.whole_file import read_text


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[quantity.NAME]`: what one quantity of an instrument does; in the unit that its driver shows."""

    start: str = ""
    """the value at the beginning, as the instrument writes it: its digits are the digits shown"""
    of: str = ""
    """the quantity of the plant that it measures; its own course is then that one's"""
    step: tuple[StepEntry, ...] = ()
    per_s: str = "0"
    """how much it grows each second: a total under flow, or a drift"""
    noise: str = "0"
    """standard deviation"""
    error: Decimal = Decimal(0)
    """relative error of this instrument: 0.004 shows 100.4 for 100"""
    offset: str = "0"
    settling_s: float = 0.0
    """how far it lags behind what it measures"""
    pulse: Quantity | None = None
    """counts whole pulses, each of so much"""


class HandEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[[hand]]`: what somebody does at a scale."""

    at_s: float = 0.0
    place: Quantity | None = None
    """this load, and nothing else, on the receptor; `"0 g"` takes everything off"""
    position: str = "centre"
    add: Quantity | None = None
    """beside what stands there"""
    press: Literal["zero", "tare", "clear_tare"] | None = None


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole scenario file."""

    about: str = ""
    """what it is for"""
    seed: int = 1
    answer_delay_s: float | None = None
    """time from a request to its answer; None: as in `[scale]`"""
    scale: TwinSettings = TwinSettings()
    """what the scale is like"""
    plant: dict[str, CourseEntry] | None = None
    """what is true around the instruments; all that name this file share it"""
    vessel: dict[str, VesselEntry] = {}
    """measures and compartments that people fill, drain and read by eye"""
    nozzle: dict[str, NozzleEntry] = {}
    """of a dispenser under test"""
    quantity: dict[str, Story] = {}
    """by name; an instrument with one quantity has it under the empty name"""
    hand: tuple[HandEntry, ...] = ()
    fault: tuple[FaultEntry, ...] = ()


def read_scenario(file: Path, *, seed: int | None = None) -> Scenario:
    """The scenario in a file.

    Args:
        file: the TOML file.
        seed: in place of the one in the file.

    Raises:
        DescriptionError: it cannot be read, or has a mistake, named with its place.
    """
    try:
        text = read_text(file, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DescriptionError(
            "file.unreadable",
            "{file} cannot be read: {problem}.",
            "Check the path.",
            file=str(file),
            problem=getattr(problem, "strerror", None) or str(problem),
        ) from None
    scenario = notation.from_toml(text, Scenario, source=file, error=DescriptionError)
    return with_seed(scenario, scenario.seed if seed is None else seed)


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """The same scenario with another seed, of the scale too."""
    scale = msgspec.structs.replace(scenario.scale, seed=seed)
    return msgspec.structs.replace(scenario, seed=seed, scale=scale)
