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
from drivers.protocols.questions import Answer
from drivers.quantity import Quantity
from drivers.reading import Stability
from drivers.twins.faults import FaultKind, Wrong
from drivers.twins.line import TwinLine
from drivers.twins.plant import Source, in_unit
from drivers.twins.query_twin import AnsweringTwin
from drivers.twins.scenario import Scenario
from drivers.written.zera import ASK, CHANNELS, ERROR, INDEX, MANNER, STATUS, Zera, answers
from drivers.written.zera_orders import END, ORDERS

_PARAMETERS: Final = re.compile(r"AEP(\d{1,6});(\d{2});(\d{1,6});([0-5])")
_DOSAGE: Final = re.compile(r"S3PS46;(\d{10})")
_GREETING: Final = {"AAV": ("MT793V05.52", "AAVACK"), "ATI01": ("ATIACK",)}
_PHASES: Final = (1, 2, 3)
_LOAD: Final = {"voltage": "V", "current": "A", "power_factor": "1", "frequency": "Hz"}
_SECONDS: Final = 3600


@dataclass(frozen=True)
class ElectricLoad:
    """What goes through the bench, the same in each phase."""

    voltage: Decimal = Decimal("230.000")
    """V"""
    current: Decimal = Decimal("5.00000")
    """A"""
    power_factor: Decimal = Decimal("1.00000")
    frequency: Decimal = Decimal("50.00")
    """Hz"""

    @property
    def power(self) -> Decimal:
        """Active power of one phase, in W."""
        return (self.voltage * self.current * self.power_factor).quantize(Decimal("0.001"))


@dataclass
class _Counting:
    """A measurement that counts pulses of the meter under test."""

    began: float
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
            source: what is true around it: `voltage`, `current`, `power_factor` and `frequency`, where it
                knows them.
        """
        super().__init__(
            MANNER, frozenset({END}), clock, line, settings=driver.line, scenario=scenario or Scenario()
        )
        self._source = source
        self._load = load or ElectricLoad()
        self.meter_error = meter_error
        self.status = list(STATUS)
        """the lines of its status"""
        self.settings: list[str] = []
        """commands that it has taken, in turn"""
        self._energy = Decimal(0)
        self._counted_at: float | None = None
        self._constant = Decimal(0)
        self._pulses = 0
        self._counting: _Counting | None = None

    def let(self, load: ElectricLoad) -> None:
        """Let another load run from now on."""
        self._integrate()
        self._load = load

    def _integrate(self) -> None:
        now = self._clock.monotonic()
        self._load = self._load_at(now)
        if self._counted_at is not None:
            self._energy += 3 * self._load.power * Decimal(now - self._counted_at) / _SECONDS
            self._counted_at = now

    def _load_at(self, at: float) -> ElectricLoad:
        if self._source is None:
            return self._load
        told = {}
        for name, unit in _LOAD.items():
            try:
                shown: Decimal = getattr(self._load, name)
                told[name] = in_unit(self._source.true(name, at=at), unit).quantize(shown)
            except DescriptionError:
                continue  # it does not know this one
        return replace(self._load, **told)

    def _reply(self, question: bytes, wrong: Wrong) -> Answer | None:
        name = question.removesuffix(END).decode("latin-1")
        if question in {one.send for one in ASK}:
            status = [*self.status[:-1], "RDY=00-"] if FaultKind.BUSY in wrong else self.status
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
        now = self._clock.monotonic()
        match order:
            case "start_energy":
                self._energy, self._counted_at = Decimal(0), now
            case "stop_energy":
                self._integrate()
                self._counted_at = None
            case "start_error" | "start_error_continuous":
                if not self._constant or not self._pulses:
                    return False
                needed = 1000 * self._pulses / self._constant / (1 + self.meter_error / 100)
                self._counting = _Counting(now, needed)
            case "stop_error":
                self._counting = None
            case _:
                return True  # dosage changes nothing that is shown
        return True

    def _shown(self) -> dict[str, Indicated | Refused]:
        self._integrate()
        load, power = self._load, self._load.power
        apparent = (load.voltage * load.current).quantize(Decimal("0.001"))
        numbers = {
            "active_power": 3 * power,
            "reactive_power": (3 * (apparent**2 - power**2).sqrt()).quantize(Decimal("0.001")),
            "apparent_power": 3 * apparent,
            "frequency": load.frequency,
        }
        for phase in _PHASES:
            numbers |= {
                f"voltage_{phase}": load.voltage,
                f"current_{phase}": load.current,
                f"power_{phase}": power,
                f"power_factor_{phase}": load.power_factor,
            }
        shown: dict[str, Indicated | Refused] = {
            name: _indicated(number, INDEX[name][1]) for name, number in numbers.items()
        }
        shown["energy"] = _indicated(self._energy.quantize(Decimal("0.000001")), "Wh")
        shown[ERROR] = self._error()
        return {name: shown[name] for name in CHANNELS}

    def _error(self) -> Indicated | Refused:
        if self._counting is None:
            return Refused(reason="idle", state=State.NO_VALUE, frame=b"")
        passed = 3 * self._load.power * Decimal(self._clock.monotonic() - self._counting.began) / _SECONDS
        if passed < self._counting.energy:
            return Refused(reason="running", state=State.BUSY, frame=b"")
        return _indicated(self.meter_error.quantize(Decimal("0.0001")), "%")


def _indicated(number: Decimal, unit: str) -> Indicated:
    return Indicated(indication=Quantity(number, unit), stability=Stability.NOT_REPORTED, frame=b"")
