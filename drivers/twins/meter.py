"""The body of a simulated meter or sensor: each quantity follows its story, all else is as in the examples.

Time is an argument and noise a function of seed and time: the same story always shows the same digits.
"""

import math
import random
from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from drivers.description import read_description
from drivers.errors import DescriptionError, UnitError
from drivers.example import events_of
from drivers.file_driver import FileDriver
from drivers.instrument import Driver, wraps_at
from drivers.mbus_driver import MbusDriver
from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.escape import typed_to_bytes
from drivers.protocols.interview_writing import by_channel
from drivers.protocols.modbus import rtu
from drivers.quantity import Quantity
from drivers.query_driver import QueryDriver
from drivers.register_driver import RegisterDriver
from drivers.twins.course import Course
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.plant import Source, in_unit
from drivers.twins.scenario import Scenario, Story
from drivers.twins.spoiling import in_other_unit

_TICK_S: Final = 0.1
_REFUSALS: Final = {
    FaultKind.NO_VALUE: (State.NO_VALUE, "The sensor is broken."),
    FaultKind.OVERLOAD: (State.OVERLOAD, "The quantity is above what it can measure."),
    FaultKind.BUSY: (State.BUSY, "It is not ready yet."),
}


class MeterBody:
    """An instrument whose display is told by stories instead of by loads."""

    def __init__(
        self, driver: Driver, scenario: Scenario, *, at: float, source: Source | None = None
    ) -> None:
        """Switch on.

        Args:
            driver: its examples show what is not told.
            scenario: what its quantities do.
            at: the time, in s.
            source: what is true around it.

        Raises:
            DescriptionError: a story of a quantity that this instrument or its source does not have.
        """
        self._driver = driver
        self._seed = scenario.seed
        self._source = source
        self._shown = shown_in_examples(driver)
        self._stories: dict[str, tuple[Story, Course, float]] = {}
        for name, story in scenario.quantity.items():
            self.tell(name, story, at=at)

    def tell(self, name: str, story: Story, *, at: float) -> None:
        """Let a quantity follow another story from now on.

        Raises:
            DescriptionError: it has no such quantity, or the story cannot be.
        """
        shown = {each: one for block in self._shown.values() for each, one in block.items()}
        if name not in shown:
            raise DescriptionError(
                "twin.no_quantity",
                "The instrument of {driver} shows no quantity {quantity!r}; it has {known}.",
                "Correct the name in the scenario.",
                driver=self._driver.mark.id,
                quantity=name,
                known=", ".join(map(repr, sorted(shown))),
            )
        if story.of and self._source is None:
            raise _impossible(name, f"nothing says what {story.of} is", "Add [plant.NAME] to the scenario.")
        try:
            course = Course(Decimal(story.start) if story.start else shown[name].indication.value)
            for step in story.step:
                course.go(Decimal(step.to), at=at + step.at_s, over_s=step.over_s)
            told = story, course, at
            self._number(name, told, shown[name].indication, at)
        except (ArithmeticError, UnitError, ValueError) as mistake:
            said = str(mistake) if isinstance(mistake, UnitError) else "a number of it cannot be read"
            raise _impossible(name, said, "Write numbers in quotes, as in '12.50'.") from None
        self._stories[name] = told

    def event(self, *, at: float, wrong: Wrong, request: bytes = b"") -> Event:
        """What it shows at time `at`, or what the answer to one of its requests says."""
        values = {
            name: self._now(name, shown, at, wrong) for name, shown in self._shown.get(request, {}).items()
        }
        return values[""] if "" in values else Measured(values=values, frame=b"")

    def _now(self, name: str, shown: Indicated, at: float, wrong: Wrong) -> Indicated | Refused:
        for kind, (state, reason) in _REFUSALS.items():
            if kind in wrong:
                return Refused(reason=reason, state=state, frame=b"")
        told = self._stories.get(name)
        if told is not None:
            number = self._number(name, told, shown.indication, at)
            shown = msgspec.structs.replace(shown, indication=Quantity(number, shown.indication.unit))
        if FaultKind.WRONG_UNIT in wrong:
            for other in in_other_unit(shown):
                if self._can_say(name, other):
                    return other
        return shown

    def _number(self, name: str, told: tuple[Story, Course, float], shown: Quantity, at: float) -> Decimal:
        story, course, began = told
        felt_at = max(began, at - story.settling_s)
        if story.of and self._source is not None:
            true = self._source.true(story.of, at=felt_at)
            value = _pulses(true, story.pulse) if story.pulse else in_unit(true, shown.unit)
        else:
            value = course.at(felt_at)
        value = value * (1 + story.error) + Decimal(story.offset)
        value += Decimal(story.per_s) * Decimal(at - began)
        if Decimal(story.noise):
            tick = math.floor(at / _TICK_S)
            generator = random.Random(f"{self._seed}/{name}/{tick}")  # noqa: S311 -- noise, not a secret
            value += Decimal(story.noise) * Decimal(generator.gauss(0.0, 1.0))
        value = value.quantize(Decimal(story.start) if story.start else shown.value, ROUND_HALF_EVEN)
        modulus = wraps_at(self._driver, name)
        return value if modulus is None else value - modulus.value * (value // modulus.value)

    def _can_say(self, name: str, event: Indicated) -> bool:
        try:
            said = event if not name else Measured(values={name: event}, frame=b"")
            self._driver.render(said)
        except DescriptionError:
            return False
        return True


def shown_in_examples(driver: Driver) -> Mapping[bytes, dict[str, Indicated]]:
    """What an instrument shows until it is told: by request, and by the name of the quantity.

    A driver of frames has one request, the empty one.
    """
    if isinstance(driver, RegisterDriver):
        return {
            block.request: _values(
                driver,
                driver.settings_frames()
                + rtu(driver.unit, block.request)
                + rtu(driver.unit, bytes((block.request[0], len(block.template))) + block.template),
            )
            for block in driver.registers.blocks
        }
    if isinstance(driver, MbusDriver):
        return {b"": _values(driver, driver.templates[0])}
    if isinstance(driver, QueryDriver):
        first = by_channel(driver.examples[0].event)
        return {b"": {name: one for name, one in first.items() if isinstance(one, Indicated)}}
    if isinstance(driver, FileDriver):
        examples = read_description(driver.text.encode("utf-8"), driver.mark.id).example
        shown = (_values(driver, typed_to_bytes(example.rx)) for example in examples)
        return {b"": next(filter(None, shown), {})}
    return {b"": {}}


def _values(driver: Driver, frame: bytes) -> dict[str, Indicated]:
    event = events_of(driver, frame)[0]
    values = event.values if isinstance(event, Measured) else {"": event}
    return {name: one for name, one in values.items() if isinstance(one, Indicated)}


def _pulses(true: Quantity, each: Quantity) -> Decimal:
    return (true.value / in_unit(each, true.unit)).to_integral_value(ROUND_FLOOR)


def _impossible(name: str, mistake: str, correction: str) -> DescriptionError:
    return DescriptionError(
        "twin.story",
        "The scenario cannot be played: {quantity}: {mistake}.",
        "{correction}",
        quantity=name or "quantity",
        mistake=mistake,
        correction=correction,
    )
