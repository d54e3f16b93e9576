"""Questions about gas meters and lengths: states of a gas, weighted mean error, warmth, pull, materials."""

from typing import Final

from drivers.quantity import Quantity
from procedures.gas_meters.instrument import carry
from procedures.physics.expansion import material, materials
from procedures.questions.entry import exact, exacts, measured, text, unequal
from procedures.questions.question import Figure, Found, Question, figure
from procedures.questions.volumes import error_of
from procedures.throughput.volumes import State

_ZERO: Final = "0 1/°C"


def _gas(
    *,
    master_volume: float,
    master_error: float,
    master_temperature: Quantity,
    master_pressure: Quantity,
    temperature: Quantity,
    pressure: Quantity,
    indication: float | None,
) -> Found:
    there: State = (master_temperature, master_pressure)
    here: State = (temperature, pressure)
    factor, _ = carry(there, here)
    found = master_volume / (1 + master_error) * float(factor)
    figures = (
        figure("reference_volume", found, "L", 10),
        *error_of(indication, found),
        figure("state_factor", float(factor), digits=9),
    )
    return Found(figures=figures)


def _weighted_mean(
    flows: tuple[Quantity, ...], errors: tuple[Quantity, ...], qmax: Quantity, share: float, total: float
) -> Found:
    if len(flows) != len(errors):
        raise unequal("flows", "errors")
    parts = [float(one.to("m3/h").value / qmax.to("m3/h").value) for one in flows]
    weights = [part if part <= share else total - part for part in parts]
    percent = [float(one.to("%").value) for one in errors]
    mean = sum(k * e for k, e in zip(weights, percent, strict=True)) / sum(weights)
    told = [figure(f"weight @ {flow}", k) for flow, k in zip(flows, weights, strict=True)]
    return Found(figures=(figure("weighted_mean_error", mean, "%"), *told))


def _length(
    *,
    length: float,
    expansion: float,
    temperature: float,
    reference_temperature: float,
    pull: float | None,
    marked_pull: float | None,
    section: float | None,
    modulus: float | None,
) -> Found:
    warm = length * expansion * (temperature - reference_temperature)
    slack = 0.0
    if pull is not None and marked_pull is not None and section is not None and modulus is not None:
        slack = length * (pull - marked_pull) / (section * modulus)
    figures = (
        figure("length", (length + warm + slack) * _MM, "mm", 12),
        figure("by_warmth", warm * _MM, "mm"),
        figure("by_pull", slack * _MM, "mm"),
    )
    return Found(figures=figures)


_MM: Final = 1000.0


def _material(name: str) -> Found:
    found, table = material(name), materials()
    half = () if found.half_width is None else (figure("half_width", float(found.half_width), "1/°C"),)
    cubic = float(found.expansion)
    figures = (
        figure("expansion", cubic, "1/°C"),
        figure("linear_expansion", cubic / 3, "1/°C", 6),
        *half,
        Figure(name="verified", value="yes" if table.verified else "no"),
    )
    return Found(figures=figures, source=table.source)


QUESTIONS: Final = (
    Question(
        kind="physics",
        id="gas_through_meter",
        entries=(
            measured("master_volume", "L", "200 L"),
            measured("master_error", "", "-0.12 %", "0 %"),
            exact("master_temperature", "°C", "26.8 °C"),
            exact("master_pressure", "hPa", "1008.0 hPa"),
            exact("temperature", "°C", "27.4 °C"),
            exact("pressure", "hPa", "1010.2 hPa"),
            measured("indication", "L", "201 L", None),
        ),
        answer=_gas,
        formula="V_ref = V_m/(1 + e_m) · p_m/p · T/T_m,  absolute pressures;  E = (I − V_ref)/V_ref",
        source="ideal gas near atmospheric pressure; OIML R 137 (unverified)",
        filled=("indication",),
    ),
    Question(
        kind="physics",
        id="weighted_mean_error",
        entries=(
            exacts("flows", "flow", ["0.04 m3/h", "1.2 m3/h", "6 m3/h"]),
            exacts("errors", "%", ["-1.2 %", "0.4 %", "0.2 %"]),
            exact("qmax", "flow", "6 m3/h"),
            measured("share", "", "0.7", "0.7"),
            measured("total", "", "1.4", "1.4"),
        ),
        answer=_weighted_mean,
        formula="Σ kᵢ Eᵢ/Σ kᵢ,  k = Q/Qmax up to 0.7 Qmax, 1.4 − Q/Qmax above",
        source="OIML R 137-1/-2:2012 (unverified)",
    ),
    Question(
        kind="physics",
        id="length_at_temperature",
        entries=(
            measured("length", "m", "10 m"),
            measured("expansion", "1/°C", "11.5e-6 1/°C", _ZERO),
            measured("temperature", "°C", "28 °C", "20 °C"),
            measured("reference_temperature", "°C", "20 °C", "20 °C"),
            measured("pull", "", 60, None),
            measured("marked_pull", "", 50, None),
            measured("section", "", "2.6", None),
            measured("modulus", "", 206_000, None),
        ),
        answer=_length,
        formula="L [1 + α (t − t_ref) + (F − F₀)/(A E)],  F in N, A in mm², E in N/mm²",
        source="linear elasticity and expansion",
        filled=("expansion", "temperature"),
    ),
    Question(
        kind="physics",
        id="material",
        entries=(text("name", "stainless_steel_304"),),
        answer=_material,
        formula="γ = 3 α",
        source="materials.toml",
    ),
)
