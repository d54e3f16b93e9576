"""Questions about meters: flows of water meters, energies, times of no-load and starting tests."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from drivers.quantity import Quantity
from procedures.meters import electricity
from procedures.meters.flow_rate import flow_rates
from procedures.meters.relative_error import relative_error
from procedures.questions.entry import choice, count, decimal, exact, measured
from procedures.questions.question import Figure, Found, Question, exactly, figure
from procedures.rounding import settled

_CONSTANT: Final = measured("constant", "1/kWh", "1000 imp/kWh")
_SYSTEMS: Final = count("systems", 1, 1, least=1, most=12)
_VOLTAGE: Final = measured("voltage", "V", "220 V")
_PLACE: Final = Decimal("1e-12")
_R46: Final = "OIML R 46-1/-2:2012"


def _flows(q3: Quantity, ratio: Decimal) -> Found:
    found = flow_rates(q3, ratio)
    flows = {"q1": found.q1, "q2": found.q2, "q3": found.q3, "q4": found.q4}
    figures = [_flow(name, one, found.unit) for name, one in flows.items()]
    for number, band in enumerate(found.verification_bands(), 1):
        figures += [
            _flow(f"band_lower {number}", band.lower, band.unit),
            _flow(f"band_upper {number}", band.upper, band.unit),
        ]
    return Found(figures=tuple(figures))


def _flow(name: str, value: Fraction, unit: str) -> Figure:
    return figure(name, float(value), unit)


def _no_load(limit: float, constant: float, systems: int, voltage: float, minimum_current: float) -> Found:
    hours = electricity.no_load_hours(limit * 100, constant, systems, voltage, minimum_current)
    return Found(
        figures=(figure("duration", hours, "h", 7), figure("duration_minutes", hours * 60, "min", 7))
    )


def _no_load_iec(
    accuracy_class: str, constant: float, systems: int, voltage: float, maximum_current: float
) -> Found:
    minutes = electricity.no_load_minutes_iec(accuracy_class, constant, systems, voltage, maximum_current)
    return Found(figures=(figure("duration_minutes", minutes, "min", 7),))


def _starting(constant: float, systems: int, voltage: float, current: float) -> Found:
    spacing = electricity.pulse_spacing_seconds(constant, systems, voltage, current)
    return Found(figures=(figure("pulse_spacing", spacing, "s", 8),))


def _power_and_time(pulses: float, constant: float, power: float, time: float) -> Found:
    shown = electricity.energy_of_pulses(pulses, constant)
    return _compared(shown, electricity.energy_of_power(power, time))


def _pulses(pulses: float, constant: float, reference_pulses: float, reference_constant: float) -> Found:
    shown = electricity.energy_of_pulses(pulses, constant)
    return _compared(shown, electricity.energy_of_pulses(reference_pulses, reference_constant))


def _compared(shown: float, reference: float) -> Found:
    mine, true = (Quantity(settled(one, _PLACE), "Wh") for one in (shown, reference))
    figures = (
        exactly("error", relative_error(mine, true)),
        figure("indicated_energy", shown, "Wh", 10),
        figure("reference_energy", reference, "Wh", 10),
    )
    return Found(figures=figures)


QUESTIONS: Final = (
    Question(
        kind="physics",
        id="water_meter_flows",
        entries=(exact("q3", "flow", "2.5 m3/h"), decimal("ratio", 80)),
        answer=_flows,
        formula="Q1 = Q3/R;  Q2 = 1.6 Q1;  Q4 = 1.25 Q3;  bands Q1…1.1 Q1, Q2…1.1 Q2, 0.9 Q3…Q3",
        source="OIML R 49-1:2013, 4.1 and R 49-2:2013, 10.1.2 (unverified)",
    ),
    Question(
        kind="physics",
        id="no_load_time",
        entries=(
            measured("limit", "", "2.5 %"),
            _CONSTANT,
            _SYSTEMS,
            _VOLTAGE,
            measured("minimum_current", "A", "0.25 A"),
        ),
        answer=_no_load,
        formula="Δt ≥ 100 000/(b k m Un Imin) h,  b in %",
        source=f"{_R46}, 6.2.5 (unverified)",
    ),
    Question(
        kind="physics",
        id="no_load_time_iec",
        entries=(
            choice("accuracy_class", ("1", "2")),
            _CONSTANT,
            _SYSTEMS,
            _VOLTAGE,
            measured("maximum_current", "A", "60 A"),
        ),
        answer=_no_load_iec,
        formula="Δt ≥ 600e6/(k m Un Imax) min (class 1), 480e6 (class 2)",
        source="IEC 62053-21, 8.3.2 (unverified)",
    ),
    Question(
        kind="physics",
        id="starting_time",
        entries=(_CONSTANT, _SYSTEMS, _VOLTAGE, measured("current", "A", "0.02 A")),
        answer=_starting,
        formula="τ = 3.6e6/(m k Un Ist) s",
        source=f"{_R46}, 6.2.4 (unverified)",
    ),
    Question(
        kind="physics",
        id="energy_by_power_and_time",
        entries=(
            measured("pulses", "", 100),
            measured("constant", "1/kWh", "1600 imp/kWh"),
            measured("power", "W", "2200.0 W"),
            measured("time", "s", "102.0 s"),
        ),
        answer=_power_and_time,
        formula="E_x = N/k;  E_ref = P t;  E = (E_x − E_ref)/E_ref",
        source=f"{_R46} (unverified)",
    ),
    Question(
        kind="physics",
        id="energy_by_pulses",
        entries=(
            measured("pulses", "", 100),
            measured("constant", "1/kWh", "1600 imp/kWh"),
            measured("reference_pulses", "", 6215),
            measured("reference_constant", "1/kWh", "1e5 imp/kWh"),
        ),
        answer=_pulses,
        formula="E_x = N/k;  E_ref = N_ref/k_ref;  E = (E_x − E_ref)/E_ref",
        source=f"{_R46} (unverified)",
    ),
)
