"""A person with measures, a dispenser, tanks and a scale, as arithmetic: what is asked is done and keyed.

It implements the operator's port and nothing else. What a nozzle delivers, a measure of the bench holds; the
person says above or below, and how much, without a sign.
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
    DrainVessel,
    FillVessel,
    Inspect,
    Keyed,
    KeyIndication,
    KeyQuantity,
)

KEYED = {"unit_price": Quantity(10000, "Rp"), "other_deliveries": Quantity(0, "L")}
SHOWN = {"vessel_temperature": Quantity("28.0", "°C"), "product_temperature": Quantity("28.0", "°C")}


@dataclass
class VesselBench:
    """A dispenser whose nozzles deliver less or more than they show, in mL of the delivery."""

    short: dict[str, str] = field(default_factory=dict)
    """mL that a nozzle keeps back in each delivery; negative: it gives more"""
    answers: dict[str, str] = field(default_factory=dict)
    counted_besides: Decimal = Decimal(0)
    """L that a totaliser counts too much in each delivery"""
    price_off: int = 0
    seconds: str = "30"
    asked: list[Prompt] = field(default_factory=list)
    totals: dict[str, Decimal] = field(default_factory=dict)
    shown: Decimal = Decimal(0)
    deviation: Decimal = Decimal(0)
    """mL above the line"""
    deliveries: int = 0

    async def answer(self, prompt: Prompt) -> Answer:
        self.asked.append(prompt)
        match prompt.action:
            case DeliverVolume():
                self.deliver(prompt.action)
            case Adjust():
                self.short.clear()
            case Inspect():
                return Choice(self.answers.get("inspect", "conforms"))
            case Choose():
                return Choice(self.choose(prompt.action))
            case KeyIndication(role=role):
                return Keyed(self.indication(role))
            case KeyQuantity(question=question):
                return Keyed(self.key(question, prompt.action))
            case _:
                pass
        return Done()

    def deliver(self, action: DeliverVolume) -> None:
        self.deliveries += 1
        self.shown = action.volume.to("L").value
        self.deviation = -Decimal(self.short.get(action.source, "0"))
        for meter in self.totals:
            self.totals[meter] += self.shown + self.counted_besides

    def choose(self, action: Choose) -> str:
        if action.question == "vessel_side":
            return "above" if self.deviation > 0 else "below" if self.deviation else "at_line"
        return self.answers.get(
            action.question, "reject" if action.question == "adjust" else action.choices[0]
        )

    def indication(self, role: str) -> Quantity:
        kind, _, which = role.partition("/")
        if kind == "nozzle":
            return Quantity(self.shown, "L")
        if kind == "totaliser":
            return Quantity(self.totals.setdefault(which, Decimal(1000)), "L")
        return SHOWN[kind]

    def key(self, question: str, action: KeyQuantity) -> Quantity:
        match question:
            case "vessel_above" | "vessel_below":
                return Quantity(abs(self.deviation), "mL")
            case "price_shown":
                return Quantity(self.shown * 10000 + self.price_off, "Rp")
            case "delivery_time":
                return Quantity(self.seconds, "s")
            case _:
                return KEYED[action.question]


@dataclass
class FillingBench(VesselBench):
    """Vessels at rest: each measure is as its line says, the vessel under test holds what it holds."""

    beyond: dict[str, str] = field(default_factory=dict)
    """mL that stand above the line of a vessel under test, by its name; below zero: below it"""
    rise: str = "4"
    net: str = "19.904"
    """kg of water in a full vessel on the scale"""
    full: bool = False

    async def answer(self, prompt: Prompt) -> Answer:
        match prompt.action:
            case FillVessel(vessel="uut"):
                self.full = True
            case DrainVessel(vessel="uut"):
                self.full = False
            case Adjust():
                self.beyond.clear()
            case _:
                pass
        return await super().answer(prompt)

    def choose(self, action: Choose) -> str:
        if action.question == "vessel_side":
            self.deviation = Decimal(self.beyond.get(action.facts["vessel"], "0"))
        return super().choose(action)

    def indication(self, role: str) -> Quantity:
        match role:
            case "scale":
                return Quantity(Decimal("12.5") + (Decimal(self.net) if self.full else 0), "kg")
            case "air_pressure":
                return Quantity("1010.0", "hPa")
            case "humidity":
                return Quantity("60", "%")
            case _:
                return Quantity("28.0", "°C")

    def key(self, question: str, action: KeyQuantity) -> Quantity:
        match question:
            case "level_rise":
                return Quantity(self.rise, "mm")
            case "tank_dimension":
                return Quantity("1000", action.unit)
            case _:
                return super().key(question, action)
