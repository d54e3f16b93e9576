"""Energy meters: energies from pulses and power, and how long starting and no-load tests take.

Floats, because these are times and references with an uncertainty; an error that is to be judged is formed by
`relative_error` from quantities. Source: OIML R 46-1/-2:2012 and IEC 62053-21, from memory and unverified.
"""

from typing import Final

_WATT_SECONDS_PER_KWH: Final = 3.6e6
_WATT_SECONDS_PER_WH: Final = 3600.0
_IEC_CONSTANT: Final = {"1": 600e6, "2": 480e6}


def energy_of_pulses(pulses: float, constant_per_kwh: float) -> float:
    """Wh that a meter with a constant in pulses (or turns) per kWh registered.

    >>> energy_of_pulses(100, 1600)
    62.5
    """
    return pulses / constant_per_kwh * 1000


def energy_of_power(power_w: float, seconds: float) -> float:
    """Wh of a steady active power.

    >>> round(energy_of_power(2200.0, 102.0), 4)
    62.3333
    """
    return power_w * seconds / _WATT_SECONDS_PER_WH


def no_load_hours(
    limit_percent: float, constant_per_kwh: float, systems: int, voltage_v: float, minimum_current_a: float
) -> float:
    """Least duration of the no-load test in h: 100 000/(b k m Un Imin) (OIML R 46-1/-2:2012, 6.2.5).

    Args:
        limit_percent: b, the base permitted error at Imin.
        constant_per_kwh: k, pulses per kWh.
        systems: m, number of measuring systems.
        voltage_v: Un.
        minimum_current_a: Imin.

    >>> round(no_load_hours(2.5, 1000, 1, 220, 0.25), 4)
    0.7273
    """
    return 100e3 / (limit_percent * constant_per_kwh * systems * voltage_v * minimum_current_a)


def no_load_minutes_iec(
    accuracy_class: str, constant_per_kwh: float, systems: int, voltage_v: float, maximum_current_a: float
) -> float:
    """Least duration of the no-load test in min for class 1 or 2 (IEC 62053-21, 8.3.2).

    >>> round(no_load_minutes_iec("1", 1000, 1, 220, 60), 4)
    45.4545
    """
    return _IEC_CONSTANT[accuracy_class] / (constant_per_kwh * systems * voltage_v * maximum_current_a)


def pulse_spacing_seconds(constant_per_kwh: float, systems: int, voltage_v: float, current_a: float) -> float:
    """Expected time between pulses of a meter at a starting current (OIML R 46-1/-2:2012, 6.2.4).

    >>> round(pulse_spacing_seconds(1000, 1, 220, 0.02), 3)
    818.182
    """
    return _WATT_SECONDS_PER_KWH / (systems * constant_per_kwh * voltage_v * current_a)
