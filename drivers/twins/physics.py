"""The body of a simulated scale: loads on a receptor become an indication.

Time is an argument and noise a function of seed and time: the same story always shows the same digits.
Arithmetic is decimal: a load that lies exactly on a changeover point rounds the same way everywhere.
"""

import math
import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import msgspec

from drivers.protocols import Indicated, Refused, State
from drivers.quantity import Quantity
from drivers.reading import Kind, Stability
from drivers.twins.plant import MASS, Source, in_unit
from drivers.twins.settings import TwinSettings, WeighingInterval

_TICK_S: Final = 0.1  # the converter gives a new value ten times a second
_GONE: Final = (
    40.0  # time constants after which a transient counts as over: exp(-40) is below any digit shown
)
_ZERO_RANGE: Final = Decimal("0.02")  # OIML R 76-1:2006, 4.5.1: zero-setting within 4 % of Max in all
_OVERLOAD_E: Final = 9  # OIML R 76-1:2006, 4.2.3: no indication above Max + 9 e
_UNDERLOAD_E: Final = 20
CENTRE: Final = "centre"


@dataclass(frozen=True, slots=True)
class _Load:
    mass: Decimal
    position: str
    small: bool = False


class ScaleBody:
    """A scale with power on: loads, zero and tare change it, `indicated` reads its display."""

    def __init__(
        self, settings: TwinSettings, *, at: float, unit: str | None = None, source: Source | None = None
    ) -> None:
        """Switch on; what stands on the receptor then is taken for zero.

        Args:
            settings: what the scale is like.
            at: the time, in s.
            unit: the unit shown; None: the unit of d.
            source: has a `mass` that stands on the receptor besides, such as a tank being filled.
        """
        self._source = source
        self._settings = settings
        ranges = settings.intervals or settings.ranges or (WeighingInterval(settings.max, settings.d),)
        self._unit = unit or ranges[0].d.unit
        self._max = self._number(ranges[-1].max)
        self._steps = [(self._number(each.max), self._number(each.d)) for each in ranges]
        self._d = self._steps[0][1]
        self._e = self._number(settings.e) if settings.e is not None else self._d
        self._began = at
        self._loads: list[_Load] = []
        if settings.preload is not None:
            self._loads.append(_Load(self._number(settings.preload), CENTRE))
        self._peak = Decimal(0)
        self._felt = Decimal(0)
        self._to = self._from = self._response()
        self._changed_at = at
        offset = settings.zero_offset
        self._zero = self._to + self._carried(at) - (self._number(offset) if offset is not None else 0)
        self._tare = Decimal(0)

    def place(
        self, load: Quantity, position: str = CENTRE, *, at: float, beside: Quantity | None = None
    ) -> None:
        """Have this load on the receptor, beside a tare load or ballast in the centre, and nothing else."""
        below = [] if beside is None else [_Load(self._number(beside), CENTRE)]
        self._change([*below, _Load(self._number(load), position)], at)

    def add(self, load: Quantity, *, at: float) -> None:
        """Put more beside the load that stands there."""
        position = self._loads[-1].position if self._loads else CENTRE
        self._change([*self._loads, _Load(self._number(load), position, small=True)], at)

    def take_small(self, *, at: float) -> None:
        """Take off the last of what was added, if anything was."""
        last = max((index for index, load in enumerate(self._loads) if load.small), default=None)
        self._change([load for index, load in enumerate(self._loads) if index != last], at)

    def remove_small(self, *, at: float) -> None:
        """Take off what was added, leave the load."""
        self._change([load for load in self._loads if not load.small], at)

    def remove(self, *, at: float) -> None:
        """Take everything off."""
        self._change([], at)

    def zero(self, *, at: float) -> bool:
        """Set zero; refused outside the zero-setting range, while moving, and with a tare."""
        shift = self._quiet(at) - self._zero
        if self._tare or not self._steady(at) or abs(shift) > _ZERO_RANGE * self._max:
            return False
        self._zero += shift
        return True

    def tare(self, *, at: float) -> bool:
        """Balance what stands on the receptor; refused while moving and at or below zero."""
        gross = self._quiet(at) - self._zero
        if not self._steady(at) or not 0 < self._rounded(gross) <= self._max:
            return False
        self._tare = gross
        return True

    def clear_tare(self) -> bool:
        """Go back to gross."""
        self._tare = Decimal(0)
        return True

    def adjust(self, *, at: float) -> None:
        """Have span and corners adjusted; what wear and noise do remains."""
        self._settings = msgspec.structs.replace(
            self._settings, gain_error=Decimal(0), curvature=Decimal(0), eccentricity={}
        )
        self._change(self._loads, at)

    def ballast_for(self, standards: Quantity) -> Quantity:
        """The mass of what a person finds to take the place of standards: never quite the same."""
        return standards * (1 + self._settings.ballast_excess)

    def above_nominal(self, weight: str) -> Quantity:
        """What the settings say of a weight; nothing of one that they do not name."""
        return self._settings.weights.get(weight, Quantity(0, self._unit))

    def indicated(self, *, at: float, high_resolution: bool = False) -> Indicated | Refused:
        """What the display shows at time `at`, as the event whose frame the instrument would send."""
        gross = self._signal(at) - self._zero
        if gross > self._max + _OVERLOAD_E * max(self._e, self._steps[-1][1]):
            return Refused(reason="The load is above Max.", state=State.OVERLOAD, frame=b"")
        if gross < -_UNDERLOAD_E * self._e:
            return Refused(reason="The load is below zero.", state=State.UNDERLOAD, frame=b"")
        shown = self._rounded(gross - self._tare, high_resolution=high_resolution)
        return Indicated(
            indication=Quantity(shown, self._unit),
            stability=Stability.STABLE if self._steady(at) else Stability.MOVING,
            kind=Kind.NET if self._tare else Kind.GROSS,
            high_resolution=high_resolution,
            tare=Quantity(self._rounded(self._tare), self._unit) if self._tare else None,
            frame=b"",
        )

    def _number(self, quantity: Quantity) -> Decimal:
        return quantity.to(self._unit).value

    def _change(self, loads: list[_Load], at: float) -> None:
        self._from = self._transient(at)
        self._changed_at = at
        self._loads = loads
        total = sum((load.mass for load in loads), Decimal(0))
        self._peak = max(self._peak, total) if loads else Decimal(0)
        self._to = self._response()

    def _response(self) -> Decimal:
        settings = self._settings
        total = sum((load.mass for load in self._loads), Decimal(0))
        placed = sum(
            (load.mass * (1 + settings.eccentricity.get(load.position, Decimal(0))) for load in self._loads),
            Decimal(0),
        )
        gain = 1 + settings.gain_error + settings.curvature * total / self._max
        lag = Decimal(0)
        if total < self._peak:  # a parabola: nothing at zero and at the peak, all of it half way
            part = total / self._peak
            lag = settings.hysteresis * self._peak * 4 * part * (1 - part)
        play = settings.friction_d * self._d / 2  # bearings that rub hold back either way
        self._felt = min(max(self._felt, placed - play), placed + play)
        return self._felt * gain + lag

    def _transient(self, at: float) -> Decimal:
        constant = float(self._settings.settling_s)
        ago = max(0.0, at - self._changed_at)
        if constant <= 0 or ago > _GONE * constant:
            return self._to
        return self._to + (self._from - self._to) * Decimal(math.exp(-ago / constant))

    def _quiet(self, at: float) -> Decimal:
        walked = self._settings.drift_d_per_s * self._d * Decimal(at - self._began)
        return self._transient(at) + self._carried(at) + walked

    def _carried(self, at: float) -> Decimal:
        """What the source has on it; a load that grows evenly is shown late by the settling time."""
        if self._source is None:
            return Decimal(0)
        felt_at = max(self._began, at - float(self._settings.settling_s))
        mass = in_unit(self._source.true(MASS, at=felt_at), self._unit)
        return mass * (1 + self._settings.gain_error)

    def _signal(self, at: float) -> Decimal:
        value = self._quiet(at)
        if self._settings.noise_d:
            value += self._settings.noise_d * self._d * self._noise(math.floor(at / _TICK_S))
        return value

    def _noise(self, tick: int) -> Decimal:
        generator = random.Random(f"{self._settings.seed}/{tick}")  # noqa: S311 -- noise, not a secret
        return Decimal(generator.gauss(0.0, 1.0))

    def _steady(self, at: float) -> bool:
        ticks = max(1, round(float(self._settings.steady_s) / _TICK_S))
        span = self._settings.steady_span_d * self._d
        if at - self._changed_at < ticks * _TICK_S and abs(self._to - self._from) > span:
            return False
        seen = [self._signal(max(at - _TICK_S * back, self._changed_at)) for back in range(ticks + 1)]
        return max(seen) - min(seen) <= span

    def _rounded(self, value: Decimal, *, high_resolution: bool = False) -> Decimal:
        """In the steps of the partial range of a net load, or of the range that the gross load is in."""
        finest = self._d
        decides = max(abs(value), self._peak) if self._settings.ranges else abs(value)
        step = next((d for limit, d in self._steps if decides <= limit), self._steps[-1][1])
        if high_resolution:
            step, finest = step.scaleb(-1), finest.scaleb(-1)
        # Half of a step goes away from zero, as on most indicators.
        shown = (value / step).to_integral_value(ROUND_HALF_UP) * step
        return shown.quantize(finest) + 0  # + 0 drops the sign of a negative zero
