"""Questions about weights: conventional mass, buoyancy, weighing cycles, permitted densities."""

from typing import Final

from procedures.errors import ProcedureError
from procedures.physics import weighing_cycle, weight
from procedures.physics.air import STANDARD_DENSITY
from procedures.physics.weight import REFERENCE_DENSITY
from procedures.questions.entry import choice, measured, several
from procedures.questions.question import Figure, Found, Question, figure

_MASS: Final = measured("mass", "kg", "1 kg")
_DENSITY: Final = measured("density", "kg/m³", "7950 kg/m³")
_KG_IN_MG: Final = 1e6


def _conventional(mass: float, density: float) -> Found:
    found = weight.conventional_mass(mass, density).number
    return Found(
        figures=(
            figure("conventional_mass", found, "kg", 15),
            figure("difference", (found - mass) * _KG_IN_MG, "mg", 7),
        )
    )


def _true(conventional_mass: float, density: float) -> Found:
    found = weight.true_mass(conventional_mass, density).number
    return Found(
        figures=(
            figure("mass", found, "kg", 15),
            figure("difference", (found - conventional_mass) * _KG_IN_MG, "mg", 7),
        )
    )


def _buoyancy(
    *,
    air_density: float,
    density: float,
    reference_density: float,
    mass: float,
    u_air: float,
    u_density: float,
    u_reference: float,
    air_at_reference: float,
) -> Found:
    factor = weight.buoyancy(air_density, density, reference_density)
    doubt = weight.buoyancy_uncertainty(
        mass,
        (air_density, u_air),
        (density, u_density),
        (reference_density, u_reference),
        air_at_reference,
    )
    figures = (
        figure("buoyancy_factor", factor.number, digits=8),
        figure("buoyancy_correction", factor.number * mass * _KG_IN_MG, "mg", 8),
        figure("standard_uncertainty", float(doubt) * _KG_IN_MG, "mg", 7),
    )
    return Found(figures=figures, warnings=factor.warnings)


def _cycle(cycle: str, readings: list[float]) -> Found:
    if cycle == "ABBA":
        differences = [float(weighing_cycle.abba(readings))]
    elif cycle == "ABA":
        differences = [float(weighing_cycle.aba(readings))]
    else:
        differences = weighing_cycle.ab_to_bna(readings).tolist()
    names = (
        ["difference"] if len(differences) == 1 else [f"difference {n + 1}" for n in range(len(differences))]
    )
    found = [figure(name, one, "g", 12) for name, one in zip(names, differences, strict=True)]
    return Found(figures=(*found, figure("drift", float(weighing_cycle.drift(readings)), "g", 12)))


def _densities(nominal: float, permitted: float) -> Found:
    if not (nominal > 0 and permitted > 0):
        raise ProcedureError(
            "question.not_positive",
            "The entry `{entry}` must be above zero.",
            "Correct it.",
            entry="nominal" if nominal <= 0 else "permitted",
        )
    found = weight.density_limits(nominal, permitted)
    upper = (
        Figure(name="upper_density", value="—")
        if found.upper is None
        else figure("upper_density", found.upper, "kg/m³", 6)
    )
    return Found(figures=(figure("lower_density", found.lower, "kg/m³", 6), upper))


QUESTIONS: Final = (
    Question(
        kind="physics",
        id="conventional_mass",
        entries=(_MASS, _DENSITY),
        answer=_conventional,
        formula="m_c = m (1 − 1.2/ρ)/(1 − 1.2/8000)",
        source="OIML D 28:2004",
    ),
    Question(
        kind="physics",
        id="true_mass",
        entries=(measured("conventional_mass", "kg", "1 kg"), _DENSITY),
        answer=_true,
        formula="m = m_c (1 − 1.2/8000)/(1 − 1.2/ρ)",
        source="OIML D 28:2004",
    ),
    Question(
        kind="physics",
        id="buoyancy_correction",
        entries=(
            measured("air_density", "kg/m³", "1.15 kg/m³"),
            measured("density", "kg/m³", "7100 kg/m³"),
            measured(
                "reference_density", "kg/m³", f"{REFERENCE_DENSITY:g} kg/m³", f"{REFERENCE_DENSITY:g} kg/m³"
            ),
            measured("mass", "kg", "1 kg", "1 kg"),
            measured("u_air", "kg/m³", "0.01 kg/m³", "0 kg/m³"),
            measured("u_density", "kg/m³", "300 kg/m³", "0 kg/m³"),
            measured("u_reference", "kg/m³", "15 kg/m³", "0 kg/m³"),
            measured(
                "air_at_reference", "kg/m³", f"{STANDARD_DENSITY:g} kg/m³", f"{STANDARD_DENSITY:g} kg/m³"
            ),
        ),
        answer=_buoyancy,
        formula="C = (ρₐ − 1.2)(1/ρ_t − 1/ρ_r);  correction = m C;  u_b by C.6.3.1",
        source="OIML R 111-1:2004, 10.2, C.4 and C.6.3.1 (unverified)",
        filled=("u_air", "u_density", "u_reference"),
    ),
    Question(
        kind="physics",
        id="weighing_cycle",
        entries=(
            choice("cycle", ("ABBA", "ABA", "AB1...BnA")),
            several("readings", "g", ["0.012 g", "0.157 g", "0.161 g", "0.020 g"]),
        ),
        answer=_cycle,
        formula="ABBA: Δ = (B₁ + B₂ − A₁ − A₂)/2;  ABA: Δ = B − (A₁ + A₂)/2;  AB₁…BₙA: A interpolated",
        source="OIML R 111-1:2004, C.4 (unverified)",
    ),
    Question(
        kind="physics",
        id="density_limits",
        entries=(measured("nominal", "kg", "100 g"), measured("permitted", "kg", "0.05 mg")),
        answer=_densities,
        formula="|1/ρ − 1/8000| · 0.12 kg/m³ ≤ δm/(4 m)",
        source="OIML R 111-1:2004, 10.1 and Table 5 (unverified)",
    ),
)
