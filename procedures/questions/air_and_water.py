"""Questions about air and water: densities, and what leads to them."""

from typing import Final

from procedures.physics import air, water
from procedures.physics.computed import Computed
from procedures.questions.entry import choice, flag, measured
from procedures.questions.question import Figure, Found, Question, figure

_ISOTOPES: Final = {"ocean": water.OCEAN_WATER, "tap": water.TAP_WATER}
_CLIMATE: Final = (
    measured("temperature", "°C", "20 °C"),
    measured("pressure", "Pa", "1013.25 hPa"),
    measured("humidity", "", "50 %"),
)


def density(name: str, found: Computed, digits: int) -> tuple[Figure, ...]:
    """A density, and the uncertainty of its formula where the source states one."""
    stated = found.relative_uncertainty
    more = () if stated is None else (figure("relative_formula_uncertainty", stated),)
    return (figure(name, found.number, "kg/m³", digits), *more)


def _cipm(
    temperature: float, pressure: float, humidity: float, carbon_dioxide: float, gas_constant: float
) -> Found:
    found = air.cipm_2007(
        temperature, pressure, humidity, carbon_dioxide=carbon_dioxide, gas_constant=gas_constant
    )
    vapour = float(air.vapour_fraction(temperature, pressure, humidity))
    steps = (
        figure("saturation_pressure", float(air.saturation_pressure(temperature)), "Pa"),
        figure("enhancement_factor", float(air.enhancement_factor(temperature, pressure)), digits=9),
        figure("vapour_fraction", vapour, digits=9),
        figure(
            "compressibility_factor",
            float(air.compressibility_factor(temperature, pressure, vapour)),
            digits=9,
        ),
    )
    return Found(figures=(*density("air_density", found, 8), *steps), warnings=found.warnings)


def _simplified(temperature: float, pressure: float, humidity: float) -> Found:
    found = air.simplified(temperature, pressure, humidity)
    return Found(figures=density("air_density", found, 8), warnings=found.warnings)


def _jones(temperature: float, pressure: float, humidity: float) -> Found:
    found = air.jones_1978(temperature, pressure, humidity)
    return Found(figures=density("air_density", found, 8), warnings=found.warnings)


def _altitude(height: float) -> Found:
    return Found(figures=density("air_density", air.at_altitude(height), 4))


def _water(temperature: float, pressure: float, water_of: str, *, air_saturated: bool) -> Found:
    found = water.tanaka(
        temperature, pressure=pressure, air_saturated=air_saturated, greatest=_ISOTOPES[water_of]
    )
    steps = (
        figure("air_saturation", float(water.air_saturation(temperature)), "kg/m³"),
        figure("compression_factor", float(water.compression(temperature, pressure)), digits=10),
        figure("expansion", water.expansion(temperature).number, "1/°C", 6),
    )
    return Found(figures=(*density("water_density", found, 10), *steps), warnings=found.warnings)


def _expansion(temperature: float) -> Found:
    found = water.expansion(temperature)
    return Found(figures=(figure("expansion", found.number, "1/°C", 6),), warnings=found.warnings)


QUESTIONS: Final = (
    Question(
        kind="physics",
        id="air_density",
        entries=(
            *_CLIMATE,
            measured("carbon_dioxide", "", "400 ppm", "400 ppm"),
            measured("gas_constant", "", "8.314472", "8.314472"),
        ),
        answer=_cipm,
        formula="ρ = p Mₐ/(Z R T) · [1 − xᵥ (1 − Mᵥ/Mₐ)],  xᵥ = h f p_sv/p,  T = t + 273.15 K",
        source="CIPM-2007: Picard et al., Metrologia 45 (2008) 149",
    ),
    Question(
        kind="physics",
        id="air_density_simplified",
        entries=_CLIMATE,
        answer=_simplified,
        formula="ρ = (0.34848 p/hPa − 0.9 h exp(0.061 t))/(273.15 + t),  h as a part of 1",
        source="OIML R 111-1:2004, E.3",
    ),
    Question(
        kind="physics",
        id="air_density_jones",
        entries=_CLIMATE,
        answer=_jones,
        formula="ρ = 0.46460 (p − 0.37960 h e_s)/T,  e_s = 1.3146e9 exp(−5315.56/T);  p in mmHg, 0 ≤ h ≤ 1",
        source="Jones 1978, NISTIR 6969 SOP 2 (unverified)",
    ),
    Question(
        kind="physics",
        id="air_density_at_altitude",
        entries=(measured("height", "m", "700 m"),),
        answer=_altitude,
        formula="ρ = ρ₀ exp(−ρ₀ g h/p₀)",
        source="OIML R 111-1:2004, E.3 (unverified)",
    ),
    Question(
        kind="physics",
        id="water_density",
        entries=(
            measured("temperature", "°C", "28 °C"),
            measured("pressure", "Pa", "101325 Pa", "101325 Pa"),
            flag("air_saturated", default=False),
            choice("water_of", ("ocean", "tap"), "ocean"),
        ),
        answer=_water,
        formula="ρ = a₅ [1 − (t + a₁)² (t + a₂)/(a₃ (t + a₄))] (+ C_air) · (1 + κ (p − 101325 Pa))",
        source="Tanaka et al., Metrologia 38 (2001) 301",
    ),
    Question(
        kind="physics",
        id="water_expansion",
        entries=(measured("temperature", "°C", "28 °C"),),
        answer=_expansion,
        formula="β = −(dρ/dt)/ρ",
        source="Tanaka et al., Metrologia 38 (2001) 301",
    ),
)
