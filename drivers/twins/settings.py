"""What a simulated scale is like, as data: a laboratory file or a training scenario describes it."""

from decimal import Decimal

import msgspec

from drivers.quantity import Quantity


class WeighingInterval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One partial range of a multi-interval scale, or one range of a multiple range scale."""

    max: Quantity
    d: Quantity


class TwinSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of a simulated scale and its faults; the default is a faultless one."""

    max: Quantity = Quantity(6000, "g")
    d: Quantity = Quantity(2, "g")
    intervals: tuple[WeighingInterval, ...] = ()
    """in place of `max` and `d`: partial ranges, the smallest first"""
    ranges: tuple[WeighingInterval, ...] = ()
    """in place of `max` and `d`: ranges of a scale that goes up by itself, and back when it is unloaded"""
    e: Quantity | None = None
    """verification scale interval; None: equal to the smallest d"""
    seed: int = 1
    """the same seed and the same times give the same indications"""

    gain_error: Decimal = Decimal(0)
    """relative error, the same at every load: 0.0005 shows 1000.5 g for 1000 g"""
    curvature: Decimal = Decimal(0)
    """relative error at Max that falls with the load to nothing at zero"""
    zero_offset: Quantity | None = None
    """what the empty receptor shows after power-on"""
    eccentricity: dict[str, Decimal] = {}
    """relative error by position of the load: `{ "2" = -0.001 }`"""
    ballast_excess: Decimal = Decimal("0.0002")
    """by how much ballast weighs more than the standards whose place it takes, relative to them"""
    hysteresis: Decimal = Decimal(0)
    """how much too much is shown on the way down at half of the largest load, relative to that load"""
    friction_d: Decimal = Decimal(0)
    """how far a load that turns from rising to falling must change before the scale feels it, in d"""
    weights: dict[str, Quantity] = {}
    """how much more than its nominal mass a weight weighs, by mark: `{ "200 g*" = "0.4 mg" }`; of a standard
    by its mark and the mass: `{ "S-E2 200 g" = "-0.02 mg" }`"""
    noise_d: Decimal = Decimal(0)
    """standard deviation of the noise, in d"""
    drift_d_per_s: Decimal = Decimal(0)
    """steady walk of the indication, in d per second"""
    settling_s: Decimal = Decimal("0.2")
    """time constant with which the indication follows a change of load"""

    steady_s: Decimal = Decimal("0.5")
    """the scale calls itself stable after so long without a change of more than `steady_span_d`"""
    steady_span_d: Decimal = Decimal(1)
    answer_delay_s: Decimal = Decimal("0.02")
    """time from a request to the first byte of its answer"""
    preload: Quantity | None = None
    """stands on the receptor at power-on, and is taken for zero then"""
