"""The body of a simulated meter or sensor: each quantity follows its story, all else is as in the examples.

Time is an argument and noise a function of seed and time: the same story always shows the same digits.
"""

import math
import random
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

import msgspec

from drivers.errors import DescriptionError
from drivers.protocols import Event, Indicated, Measured, Refused, State
from drivers.protocols.modbus import rtu
from drivers.protocols.registers import Block
from drivers.quantity import Quantity
from drivers.register_driver import RegisterDriver
from drivers.twins.faults import Story

_TICK_S: Final = 0.1


class MeterBody:
    """An instrument whose display is told by stories instead of by loads."""

    def __init__(self, driver: RegisterDriver, stories: dict[str, Story], *, seed: int, at: float) -> None:
        """Switch on.

        Args:
            driver: its examples show what is not told.
            stories: by the name of the quantity.
            seed: of the noise.
            at: the time, in s.

        Raises:
            DescriptionError: a story of a quantity that this instrument does not have.
        """
        self._stories = dict(stories)
        self._seed = seed
        self._began = at
        self._shown = {block.request: _example(driver, block) for block in driver.registers.blocks}
        names = {name for shown in self._shown.values() for name in shown}
        for name in stories:
            if name not in names:
                raise DescriptionError(
                    "twin.no_quantity",
                    "The instrument of {driver} shows no quantity {quantity!r}; it has {known}.",
                    "Correct the name in the scenario.",
                    driver=driver.mark.id,
                    quantity=name,
                    known=", ".join(map(repr, sorted(names))),
                )

    def tell(self, name: str, story: Story, *, at: float) -> None:
        """Let a quantity follow another story from now on."""
        self._stories[name] = story
        self._began = at

    def event(self, block: Block, *, at: float, no_value: bool = False) -> Event:
        """What the answer to one request says at time `at`."""
        values = {
            name: self._now(name, shown, at=at, no_value=no_value)
            for name, shown in self._shown[block.request].items()
        }
        return values[""] if "" in values else Measured(values=values, frame=b"")

    def _now(self, name: str, shown: Indicated, *, at: float, no_value: bool) -> Indicated | Refused:
        if no_value:
            return Refused(reason="The sensor is broken.", state=State.NO_VALUE, frame=b"")
        story = self._stories.get(name)
        if story is None:
            return shown
        start = Decimal(story.start)
        value = start + Decimal(story.per_s) * Decimal(at - self._began)
        if Decimal(story.noise):
            tick = math.floor(at / _TICK_S)
            generator = random.Random(f"{self._seed}/{name}/{tick}")  # noqa: S311 -- noise, not a secret
            value += Decimal(generator.gauss(0.0, float(story.noise)))
        quantity = Quantity(value.quantize(start, ROUND_HALF_EVEN), shown.indication.unit)
        return msgspec.structs.replace(shown, indication=quantity)


def _example(driver: RegisterDriver, block: Block) -> dict[str, Indicated]:
    answer = bytes((block.request[0], len(block.template))) + block.template
    decoder = driver.decoder()
    decoder.receive(rtu(driver.unit, block.request) + rtu(driver.unit, answer))
    event = decoder.next_event()
    values = event.values if isinstance(event, Measured) else {"": event}
    return {name: one for name, one in values.items() if isinstance(one, Indicated)}
