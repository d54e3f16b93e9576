"""Questions about oil: volume correction by the algorithm of 2004 and by the tables of 1980."""

from typing import Final

import numpy as np

from procedures.physics import petroleum, petroleum_1980
from procedures.physics.petroleum import Oil
from procedures.physics.petroleum_1980 import Table
from procedures.questions.entry import choice, either, measured
from procedures.questions.question import Found, Question, figure

_OILS: Final = tuple(one.value for one in Oil)
_SOURCE_2004: Final = "API MPMS 11.1 (2004) = ASTM D1250-04 = IP 200/04 (printed examples not compared)"
_BASES: Final = {"15 °C": 15.0, "20 °C": 20.0}


def _fahrenheit(celsius: float) -> float:
    return float(petroleum.fahrenheit_of(celsius))


def _factors(
    oil: str, density_60f: float | None, api_gravity: float | None, temperature: float, pressure: float
) -> Found:
    base = density_60f
    if base is None:
        base = None if api_gravity is None else float(petroleum.density_of_gravity(api_gravity))
    if base is None:
        raise either("density_60f", "api_gravity")
    psi = pressure / _PSI
    found = petroleum.correction(Oil(oil), base, _fahrenheit(temperature), psi)
    figures = (
        figure("ctpl", float(found.both), digits=9),
        figure("ctl", found.thermal.number, digits=9),
        figure("fp", float(found.compressibility), "1e-5/psi", 9),
        figure("cpl", float(found.pressure), digits=9),
        figure("density_60f", base, "kg/m³", 9),
        figure("density", base * float(found.both), "kg/m³", 9),
    )
    return Found(figures=figures, warnings=found.thermal.warnings)


_PSI: Final = 6894.757293168361
"""Pa"""


def _base(oil: str, density: float, temperature: float, pressure: float) -> Found:
    f, psi = _fahrenheit(temperature), pressure / _PSI
    found = petroleum.density_at_60_f(Oil(oil), density, f, psi)
    base = found.number
    here = petroleum.correction(Oil(oil), base, f, psi)
    at = {
        name: petroleum.density_at(Oil(oil), base, _fahrenheit(celsius)).number
        for name, celsius in _BASES.items()
    }
    figures = (
        figure("density_60f", base, "kg/m³", 10),
        *(figure(f"density {name}", one, "kg/m³", 9) for name, one in at.items()),
        *(figure(f"volume_correction {name}", density / one, digits=9) for name, one in at.items()),
        figure("ctpl", float(here.both), digits=9),
    )
    return Found(figures=figures, warnings=found.warnings)


def _to_base(oil: str, density: float, temperature: float, base: str) -> Found:
    found = petroleum.volume_correction(Oil(oil), density, temperature, _BASES[base])
    return Found(figures=(figure("volume_correction", found.number, digits=9),), warnings=found.warnings)


def _table(table: str, density_15c: float, temperature: float) -> Found:
    found = petroleum_1980.volume_correction(Table(table), density_15c, temperature)
    alpha = float(np.asarray(petroleum_1980.expansion(Table(table), density_15c)))
    figures = (figure("volume_correction", found.number, digits=9), figure("expansion", alpha, "1/°C", 8))
    return Found(figures=figures, warnings=found.warnings)


def _gravity(api_gravity: float) -> Found:
    return Found(
        figures=(figure("density_60f", float(petroleum.density_of_gravity(api_gravity)), "kg/m³", 9),)
    )


_TEMPERATURE: Final = measured("temperature", "°C", "86 °F")
_PRESSURE: Final = measured("pressure", "Pa", "500 psi", "0 Pa")

QUESTIONS: Final = (
    Question(
        kind="physics",
        id="oil_factors",
        entries=(
            choice("oil", _OILS),
            measured("density_60f", "kg/m³", "850 kg/m³", None),
            measured("api_gravity", "", "30", None),
            _TEMPERATURE,
            _PRESSURE,
        ),
        answer=_factors,
        formula="CTL = exp{−α Δt [1 + 0.8 α (Δt + δ₆₀)]};  CPL = 1/(1 − 1e-5 Fp p);  CTPL = CTL CPL",
        source=_SOURCE_2004,
        filled=("density_60f", "pressure"),
    ),
    Question(
        kind="physics",
        id="oil_base_density",
        entries=(
            choice("oil", _OILS),
            measured("density", "kg/m³", "0.920 g/cm³"),
            measured("temperature", "°C", "42 °C"),
            _PRESSURE,
        ),
        answer=_base,
        formula="ρ = ρ₆₀ CTPL(ρ₆₀, t, p), solved for ρ₆₀",
        source=_SOURCE_2004,
    ),
    Question(
        kind="physics",
        id="oil_volume_correction",
        entries=(
            choice("oil", _OILS),
            measured("density", "kg/m³", "740 kg/m³"),
            measured("temperature", "°C", "28 °C"),
            choice("base", tuple(_BASES), "15 °C"),
        ),
        answer=_to_base,
        formula="VCF = CTL(t)/CTL(base)",
        source=_SOURCE_2004,
    ),
    Question(
        kind="physics",
        id="oil_volume_correction_1980",
        entries=(
            choice("table", tuple(one.value for one in Table)),
            measured("density_15c", "kg/m³", "850 kg/m³"),
            measured("temperature", "°C", "30 °C"),
        ),
        answer=_table,
        formula="VCF = exp{−α (t − 15) [1 + 0.8 α (t − 15)]}",
        source="API 2540 = ASTM D1250-80, tables 54A, 54B, 54D; not rounded as the printed tables are",
    ),
    Question(
        kind="physics",
        id="oil_density_of_gravity",
        entries=(measured("api_gravity", "", "30"),),
        answer=_gravity,
        formula="ρ₆₀ = 141.5/(°API + 131.5) · 999.016 kg/m³",
        source=_SOURCE_2004,
    ),
)
