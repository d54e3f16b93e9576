"""A Zera bench that does not exist: a load runs through a meter under test, and the bench compares.

It answers the commands of its driver from the same constants. Energy is the integral of the load over the
twin's clock, so that an energy procedure can be carried out on it.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from drivers.clock import Clock
from drivers.errors import DescriptionError
from drivers.protocols import Indicated, Refused, State
from drivers.protocols.measurand import number_in
from drivers.protocols.questions import Answer
from drivers.quantity import Quantity
from drivers.reading import Stability
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.line import TwinLine
from drivers.twins.plant import Source, in_unit
from drivers.twins.query_twin import AnsweringTwin
from drivers.twins.scenario import Scenario, Story
from drivers.written.zera import ASK, CHANNELS, ERROR, INDEX, MANNER, STATUS, Zera, answers
from drivers.written.zera_orders import END, ORDERS

_PARAMETERS: Final = re.compile(r"AEP(\d{1,6});(\d{2});(\d{1,6});([0-5])")
_DOSAGE: Final = re.compile(r"S3PS46;(\d{10})")
_GREETING: Final = {"AAV": ("MT793V05.52", "AAVACK"), "ATI01": ("ATIACK",)}
_PHASES: Final = (1, 2, 3)
_CURRENTS: Final = {1: "current_1", 2: "current_2", 3: "current_3"}
_SECONDS: Final = 3600


@dataclass(frozen=True)
class ElectricLoad:
    """What goes through the bench, the same in each loaded phase."""

    voltage: Decimal = Decimal("230.000")
    """V"""
    current: Decimal = Decimal("5.00000")
    """A"""
    power_factor: Decimal = Decimal("1.00000")
    frequency: Decimal = Decimal("50.00")
    """Hz"""
    loaded: tuple[int, ...] = _PHASES
    """the phases through which it runs"""

    @property
    def power(self) -> Decimal:
        """Active power of one loaded phase, in W."""
        return (self.voltage * self.current * self.power_factor).quantize(Decimal("0.001"))


@dataclass
class _Counting:
    """A measurement that counts pulses of the meter under test."""

    began: Decimal
    """Wh that had gone through"""
    energy: Decimal
    """Wh that the meter under test needs for its pulses"""


class ZeraTwin(AnsweringTwin):
    """A simulated bench; `start` it, and `close` it in the end."""

    def __init__(
        self, driver: Zera, clock: Clock, line: TwinLine, scenario: Scenario | None = None,
        *, load: ElectricLoad | None = None, meter_error: Decimal = Decimal("0.00"),
        source: Source | None = None,
    ) -> None:  # fmt: skip
        """Switch the bench on; its line is not connected yet.

        Args:
            driver: what it is.
            clock: time.
            line: where it is heard.
            scenario: what goes wrong.
            load: what goes through it.
            meter_error: of the meter under test, in per cent.
            source: what is true around it: `voltage`, `power_factor` and `frequency`, where it knows them;
                `current`, or `current_1` to `current_3`, of which those that it does not know are open;
                and `energy`, else the load is added up.

        Raises:
            DescriptionError: the scenario tells of another quantity than the error of the meter.
        """
        super().__init__(
            MANNER, frozenset({END}), clock, line, settings=driver.line, scenario=scenario or Scenario()
        )
        self._source = source
        self._load = load or ElectricLoad()
        self.meter_error = _told_error(driver, scenario) if scenario and scenario.quantity else meter_error
        self.status = list(STATUS)
        """the lines of its status"""
        self.settings: list[str] = []
        """commands that it has taken, in turn"""
        self._total = Decimal(0)
        """Wh that have gone through since it was switched on"""
        self._total_at = self._began
        self._energy_began: Decimal | None = None
        self._energy = Decimal(0)
        self._constant = Decimal(0)
        self._pulses = 0
        self._counting: _Counting | None = None

    def let(self, load: ElectricLoad) -> None:
        """Let another load run from now on."""
        self._passed()
        self._load = load

    def _passed(self) -> Decimal:
        """Wh that have gone through until now."""
        now = self._clock.monotonic()
        if (known := self._true("energy", "Wh", at=now)) is not None:
            return known
        power = len(self._load.loaded) * self._load.power
        self._total += power * Decimal(now - self._total_at) / _SECONDS
        self._total_at = now
        return self._total

    def _load_now(self) -> ElectricLoad:
        now = self._clock.monotonic()
        load = self._load

        def told(name: str, unit: str, usual: Decimal) -> Decimal:
            value = self._true(name, unit, at=now)
            return usual if value is None else value.quantize(usual)

        load = replace(
            load,
            voltage=told("voltage", "V", load.voltage),
            current=told("current", "A", load.current),
            power_factor=told("power_factor", "1", load.power_factor),
            frequency=told("frequency", "Hz", load.frequency),
        )
        currents = {at: self._true(name, "A", at=now) for at, name in _CURRENTS.items()}
        if all(current is None for current in currents.values()):
            return load
        loaded = {at: current for at, current in currents.items() if current}
        shown = max(loaded.values(), default=Decimal(0)).quantize(self._load.current)
        return replace(load, current=shown, loaded=tuple(loaded))

    def _true(self, name: str, unit: str, *, at: float) -> Decimal | None:
        """What its source knows of a quantity; None: nothing."""
        if self._source is None:
            return None
        try:
            return in_unit(self._source.true(name, at=at), unit)
        except DescriptionError:
            return None

    def _reply(self, question: bytes, wrong: Wrong) -> Answer | None:
        name = question.removesuffix(END).decode("latin-1")
        if question in {one.send for one in ASK}:
            status = [_spoilt(line, wrong) for line in self.status]
            said = answers(self._shown(), status)
            return said[question] if said is not None else None
        if name in _GREETING:
            return _GREETING[name]
        answer = self._taken(name)
        if answer is not None:
            self.settings.append(name)
        return answer

    def _taken(self, name: str) -> Answer | None:
        """The answer to a declared command; None when it is none."""
        if found := _PARAMETERS.fullmatch(name):
            self._constant = Decimal(found[1]).scaleb(int(found[2]) - 5)
            self._pulses = int(found[3]) * 10 ** int(found[4])
            return ("AEPACK",)
        if _DOSAGE.fullmatch(name):
            return ("SOK3PS46",)
        for order, (send, done) in ORDERS.items():
            if send == name:
                return (done,) if self._obeys(order) else (f"{done.removesuffix('ACK')}NAK",)
        return None

    def _obeys(self, order: str) -> bool:
        match order:
            case "start_energy":
                self._energy_began = self._passed()
            case "stop_energy":
                self._energy, self._energy_began = self._metered(), None
            case "start_error" | "start_error_continuous":
                if not self._constant or not self._pulses:
                    return False
                needed = 1000 * self._pulses / self._constant / (1 + self.meter_error / 100)
                self._counting = _Counting(self._passed(), needed)
            case "stop_error":
                self._counting = None
            case _:
                return True  # dosage changes nothing that is shown
        return True

    def _metered(self) -> Decimal:
        """The energy of the present energy measurement, or of the last one, in Wh."""
        return self._energy if self._energy_began is None else self._passed() - self._energy_began

    def _shown(self) -> dict[str, Indicated | Refused]:
        load = self._load_now()
        power, phases = load.power, len(load.loaded)
        apparent = (load.voltage * load.current).quantize(Decimal("0.001"))
        numbers = {
            "active_power": phases * power,
            "reactive_power": (phases * (apparent**2 - power**2).sqrt()).quantize(Decimal("0.001")),
            "apparent_power": phases * apparent,
            "frequency": load.frequency,
        }
        for phase in _PHASES:
            part = 1 if phase in load.loaded else 0
            numbers |= {
                f"voltage_{phase}": load.voltage,
                f"current_{phase}": part * load.current,
                f"power_{phase}": part * power,
                f"power_factor_{phase}": load.power_factor,
            }
        shown: dict[str, Indicated | Refused] = {
            name: _indicated(number, INDEX[name][1]) for name, number in numbers.items()
        }
        shown["energy"] = _indicated(self._metered().quantize(Decimal("0.000001")), "Wh")
        shown[ERROR] = self._error()
        return {name: shown[name] for name in CHANNELS}

    def _error(self) -> Indicated | Refused:
        if self._counting is None:
            return Refused(reason="idle", state=State.NO_VALUE, frame=b"")
        if self._passed() - self._counting.began < self._counting.energy:
            return Refused(reason="running", state=State.BUSY, frame=b"")
        return _indicated(self.meter_error.quantize(Decimal("0.0001")), "%")


def _indicated(number: Decimal, unit: str) -> Indicated:
    return Indicated(indication=Quantity(number, unit), stability=Stability.NOT_REPORTED, frame=b"")


def _spoilt(status: str, wrong: Wrong) -> str:
    """A line of the status while something is wrong."""
    if FaultKind.BUSY in wrong and status.startswith("RDY="):
        return "RDY=00-"
    return "UEB=1-" if FaultKind.OVERLOAD in wrong and status.startswith("UEB=") else status


def _told_error(driver: Zera, scenario: Scenario) -> Decimal:
    """The error of the meter under test in per cent, as `[quantity.error]` of a scenario tells it."""
    if set(scenario.quantity) != {ERROR}:
        raise DescriptionError(
            "twin.no_quantity",
            "The instrument of {driver} shows no quantity {quantity!r}; it has {known}.",
            "Correct the name in the scenario.",
            driver=driver.id,
            quantity=", ".join(set(scenario.quantity) - {ERROR}),
            known=repr(ERROR),
        )
    story = scenario.quantity[ERROR]
    if story != Story(start=story.start) or number_in(story.start) is None:
        raise DescriptionError(
            "twin.story",
            "The scenario cannot be played: {quantity}: {mistake}.",
            "{correction}",
            quantity=ERROR,
            mistake="a number of it cannot be read",
            correction="Write numbers in quotes, as in '12.50'.",
        )
    return Decimal(story.start)
