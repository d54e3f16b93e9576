"""A water bench as arithmetic: one flow through N meters into a measure, with a person at the registers.

It implements the operator's port and nothing else: what it is asked to do changes its state, what it is asked
to read it keys.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from bench.operator import Prompt
from drivers.quantity import Quantity
from procedures.action import (
    Adjust,
    Answer,
    Choice,
    Choose,
    DeliverVolume,
    Done,
    Inspect,
    Keyed,
    KeyIndication,
    KeyQuantity,
    SetFlow,
    StartFlow,
    StopFlow,
)

STEP = Decimal("0.05")
"""L; what can be read on a register"""


@dataclass
class WaterBench:
    """Meters with an error of their own at each flow, in percent."""

    errors: dict[str, dict[str, str]] = field(default_factory=dict)
    """by meter, then by the whole part of the flow in L/h; all others are without error"""
    temperature: str = "28.0"
    flow_off: dict[int, str] = field(default_factory=dict)
    """factor of the flow by the number of the delivery"""
    units: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    flow: Quantity = field(default_factory=lambda: Quantity(0, "L/h"))
    """as the valve is set"""
    flowing: bool = False
    registers: dict[str, Decimal] = field(default_factory=dict)
    deviation: Decimal = Decimal(0)
    deliveries: int = 0
    went: Decimal = Decimal(0)
    """L, through the meters and into the scale"""
    per_litre: Decimal = Decimal("0.9952")
    """kg that a scale shows for a litre of water of 28 °C in air"""
    master: Decimal = Decimal("1.002")
    """what a master meter shows for a litre"""
    asked: list[Prompt] = field(default_factory=list)

    async def answer(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        match prompt.action:
            case SetFlow(flow=flow):
                self.flow = flow
            case DeliverVolume(volume=Quantity() as volume) | StartFlow(volume=Quantity() as volume):
                self.flowing = isinstance(prompt.action, StartFlow)
                self._deliver(volume.to("L").value)
            case StopFlow():
                self.flowing = False
            case Adjust():
                self.errors.clear()
            case Inspect():
                return Choice(self.answers.get("inspect", "conforms"))
            case Choose(question=question, choices=choices):
                return Choice(self.answers.get(question, choices[-1]))
            case KeyIndication(role=role):
                return Keyed(self._shown(role))
            case KeyQuantity(question=question):
                return Keyed(self._read(question))
            case _:
                pass
        return Done()

    def _deliver(self, volume: Decimal) -> None:
        self.deliveries += 1
        self.flow = self.flow * Decimal(self.flow_off.get(self.deliveries, "1"))
        collected = volume + self.deviation
        self.went += collected
        for meter in self.registers:
            error = Decimal(self.errors.get(meter, {}).get(str(int(self.flow.value)), "0"))
            self.registers[meter] += collected * (1 + error / 100)

    def _shown(self, role: str) -> Quantity:  # noqa: PLR0911 - one instrument a return
        kind, _, meter = role.partition("/")
        match kind:
            case "meter":
                whole = self.registers.setdefault(meter, Decimal(1000) + len(self.registers))
                return Quantity((whole / STEP).quantize(Decimal(1)) * STEP, "L")
            case "flow":
                return self.flow if self.flowing else self.flow * 0
            case "pressure":
                return Quantity("2.1", "bar")
            case "air_pressure":
                return Quantity("1010.0", "hPa")
            case "humidity":
                return Quantity("60", "%")
            case "scale":
                return Quantity((self.went * self.per_litre).quantize(Decimal("0.001")), "kg")
            case "master":
                return Quantity((self.went * self.master).quantize(Decimal("0.01")), "L")
            case _:
                return Quantity(self.temperature, "°C")

    def _read(self, question: str) -> Quantity:
        if question == "start_flow":
            return Quantity("8", "L/h")
        return Quantity(self.deviation, "L").to("mL")
