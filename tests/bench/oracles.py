"""Published and computed figures, each as the entries of a case file and what must come out of it.

Every family of `data/oracles.md` stands here once; where a family is long its rows stand in the tests of the
functions behind it. A row: entries of a `[[case]]`, then figures with the tolerance that their source allows.
"""

from math import sqrt

from tests.procedures.test_mechanical_scales import EXERCISE
from tests.procedures.test_physics_air_and_water import AIR, EARLIER, TANAKA
from tests.procedures.test_physics_petroleum import FACTORS, TABLES
from tests.procedures.test_physics_weights_and_vessels import (
    BUOYANCY,
    CONVENTIONAL,
    DENSITIES,
    DISPENSER,
    Z_PRESSURES,
    Z_STANDARD_AIR,
    Z_TABLE,
)

C, N, I = "conforms", "does_not_conform", "indeterminate"  # noqa: E741 - indeterminate


def climate(t, p, h):
    return {"temperature": f"{t} °C", "pressure": f"{p} Pa", "humidity": h}


def inputs(*rows):
    return [{"name": f"x{n}", **row} for n, row in enumerate(rows, 1)]


def normal(value, u, freedom=None):
    more = {} if freedom is None else {"degrees_of_freedom": freedom}
    return {"value": value, "standard": u, **more}


def rect(value, half, **more):
    return {"value": value, "half_width": half, **more}


THERMOMETER = (
    (21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511),
    (-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160),
)
PHYSICS = {
    "3 air by CIPM-2007": [
        (
            {"quantity": "air_density", **climate(t, p, h)},
            {
                "air_density": (rho, 6e-7),
                "saturation_pressure": (psv, 6e-5),
                "enhancement_factor": (f, 6e-8),
                "vapour_fraction": (x, 6e-9),
                "compressibility_factor": (z, 6e-9),
            },
        )
        for t, p, h, rho, psv, f, x, z, _ in AIR.values()
    ],
    "3 air by the simplified formula": [
        ({"quantity": "air_density_simplified", **climate(t, p, h)}, {"air_density": (simple, 6e-7)})
        for t, p, h, *_, simple in AIR.values()
    ],
    "3 carbon dioxide and the newer constant": [
        (
            {"quantity": "air_density", **climate(20, 101325, 0.5), "carbon_dioxide": "430 ppm"},
            {"air_density": (1.199329, 6e-7)},
        ),
        (
            {"quantity": "air_density", **climate(20, 101325, 0.5), "gas_constant": "8.314462618"},
            {"air_density": (1.199315, 6e-7)},
        ),
    ],
    "3 air as older certificates have it": [
        (
            {"quantity": "air_density_jones", **climate(t, p, h), "pressure": f"{p} mmHg"},
            {"air_density": (jones, 1e-6)},
        )
        for t, p, h, _, jones, _ in EARLIER.values()
    ],
    "3 a printed table": [
        (
            {"quantity": "air_density", "temperature": "10 °C", "pressure": "730 mmHg", "humidity": "40 %"},
            {"air_density": (1.19569, 6e-6)},
        ),
        (
            {"quantity": "air_density", "temperature": "40 °C", "pressure": "760 mmHg", "humidity": "40 %"},
            {"air_density": (1.115035, 1e-6)},
        ),
    ],
    "4 water": [
        ({"quantity": "water_density", "temperature": f"{t} °C"}, {"water_density": (rho, 1e-6)})
        for t, rho in TANAKA.items()
    ],
    "4 air in water and pressure": [
        (
            {"quantity": "water_density", "temperature": f"{t} °C", "air_saturated": True},
            {"air_saturation": (less, 1e-9), "water_density": (TANAKA[t] + less, 1e-6)},
        )
        for t, less in ((20, -0.002492), (28, -0.001644), (30, -0.001432))
    ]
    + [
        (
            {"quantity": "water_density", "temperature": "20 °C", "pressure": f"{p} Pa"},
            {"compression_factor": (factor, 1e-9)},
        )
        for p, factor in ((201325, 1.000045884), (401325, 1.000137652))
    ]
    + [({"quantity": "water_expansion", "temperature": "28 °C"}, {"expansion": (2.854e-4, 5e-8)})],
    "2.1 conventional mass": [
        (
            {"quantity": "conventional_mass", "mass": "1 kg", "density": f"{rho} kg/m³"},
            {"conventional_mass": (mass, 1e-12)},
        )
        for rho, mass in CONVENTIONAL.items()
    ],
    "2.2 buoyancy": [
        (
            {
                "quantity": "buoyancy_correction",
                "air_density": f"{air} kg/m³",
                "density": f"{tested} kg/m³",
                "reference_density": f"{reference} kg/m³",
            },
            {"buoyancy_factor": (c, abs(c) * 1e-6)},
        )
        for air, tested, reference, c in BUOYANCY.values()
    ]
    + [
        (
            {
                "quantity": "buoyancy_correction",
                "air_density": "1.15 kg/m³",
                "density": "7.1 g/cm³",
                "u_air": "0.01 kg/m³",
                "u_density": "300 kg/m³",
                "u_reference": "15 kg/m³",
            },
            {"buoyancy_correction": (-0.7923, 5e-5), "standard_uncertainty": (0.337322, 4e-7)},
        )
    ],
    "2.3 cycles": [
        (
            {"quantity": "weighing_cycle", "cycle": cycle, "readings": [f"{r} g" for r in readings]},
            {"difference": (difference, 1e-12)},
        )
        for cycle, readings, difference in (
            ("ABBA", (0.00, 1.01, 1.02, 0.03), 1.0),
            ("ABA", (0.00, 1.01, 0.02), 1.0),
            ("ABBA", (0.012, 0.157, 0.161, 0.020), 0.143),
        )
    ],
    "5.1 Z of a printed table": [
        (
            {"quantity": "volume_per_mass", "temperature": f"{t} °C", "pressure": f"{p} hPa"},
            {"volume_per_mass": (z, 1e-4)},
        )
        for t, row in Z_TABLE.items()
        for p, z in zip(Z_PRESSURES, row, strict=True)
    ],
    "5.2 Z in standard air": [
        (
            {"quantity": "volume_per_mass", "temperature": f"{t} °C", "air_density": "1.2 kg/m³"},
            {"volume_per_mass": (z, 1e-9)},
        )
        for t, z in Z_STANDARD_AIR.items()
    ],
    "6.1 flows": [
        (
            {"quantity": "water_meter_flows", "q3": f"{q3} L/h", "ratio": r},
            dict(
                zip(
                    ("q1", "q2", "q4", *(f"band_{end} {n}" for n in (1, 2, 3) for end in ("lower", "upper"))),
                    ((one, 1e-9) for one in flows),
                    strict=True,
                )
            ),
        )
        for q3, r, flows in (
            (2500, 80, (31.25, 50, 3125, 31.25, 34.375, 50, 55, 2250, 2500)),
            (2500, 100, (25, 40, 3125, 25, 27.5, 40, 44, 2250, 2500)),
            (4000, 160, (25, 40, 5000, 25, 27.5, 40, 44, 3600, 4000)),
            (1600, 100, (16, 25.6, 2000, 16, 17.6, 25.6, 28.16, 1440, 1600)),
        )
    ],
    "6.3 master meter": [
        (
            {
                "quantity": "master_meter",
                "master_volume": "100.25 L",
                "master_error": "-0.12 %",
                "indication": "100.9 L",
            },
            {"reference_volume": (100.370445, 6e-7), "error": (0.527601, 1e-6)},
        )
    ],
    "7.2 a measure behind a dispenser": [
        (
            {
                "quantity": "delivered_volume",
                "reading": "20.035 L",
                "temperature": "31.0 °C",
                "expansion": f"{gamma} 1/°C",
                "liquid_expansion": f"{beta} 1/°C",
                "indication": "20.00 L",
                **({} if meter is None else {"meter_temperature": f"{meter} °C"}),
            },
            {"reference_volume": (volume, 6e-7), "error": (error, 1e-6)},
        )
        for gamma, beta, meter, volume, error in DISPENSER.values()
    ],
    "gas in two states": [
        (
            {
                "quantity": "gas_through_meter",
                "master_volume": "200 L",
                "master_error": "0.5 %",
                "master_temperature": "20 °C",
                "master_pressure": "1000 hPa",
                "temperature": "25 °C",
                "pressure": "1010 hPa",
                "indication": "201 L",
            },
            {
                "reference_volume": (200 / 1.005 * 298.15 / 293.15 * 1000 / 1010, 1e-6),
                "error": ((201 / (200 / 1.005 * 298.15 / 293.15 * 1000 / 1010) - 1) * 100, 1e-6),
            },
        ),
        (
            {
                "quantity": "weighted_mean_error",
                "flows": ["0.6 m3/h", "4.2 m3/h", "6 m3/h"],
                "errors": ["-1 %", "0.5 %", "1 %"],
                "qmax": "6 m3/h",
            },
            {"weighted_mean_error": ((-0.1 + 0.35 + 0.4) / 1.2, 1e-8)},
        ),
    ],
    "lengths, materials, water at a meter": [
        (
            {
                "quantity": "length_at_temperature",
                "length": "10 m",
                "expansion": "11.5e-6 1/°C",
                "temperature": "28 °C",
                "pull": 60,
                "marked_pull": 50,
                "section": "2.6",
                "modulus": 206000,
            },
            {"by_warmth": (0.92, 1e-9), "by_pull": (10000 * 10 / (2.6 * 206000), 1e-7)},
        ),
        ({"quantity": "material", "name": "stainless_steel_316"}, {"expansion": (47.7e-6, 1e-15)}),
        (
            {
                "quantity": "water_through_meter",
                "reading": "10 L",
                "expansion": "0 1/°C",
                "temperature": "30 °C",
                "meter_temperature": "20 °C",
            },
            {"reference_volume": (10 * TANAKA[30] / TANAKA[20], 1e-7)},
        ),
    ],
    "8.1 times": [
        (
            {
                "quantity": "no_load_time",
                "limit": f"{b} %",
                "constant": "1000 imp/kWh",
                "voltage": "220 V",
                "minimum_current": "0.25 A",
            },
            {"duration": (hours, 5e-5)},
        )
        for b, hours in ((2.5, 0.7273), (1.5, 1.2121), (1.0, 1.8182), (0.4, 4.5455))
    ]
    + [
        (
            {
                "quantity": "no_load_time_iec",
                "accuracy_class": c,
                "constant": "1000 imp/kWh",
                "voltage": "220 V",
                "maximum_current": "60 A",
            },
            {"duration_minutes": (minutes, 5e-5)},
        )
        for c, minutes in (("1", 45.4545), ("2", 36.3636))
    ]
    + [
        (
            {
                "quantity": "starting_time",
                "constant": "1000 imp/kWh",
                "voltage": "220 V",
                "current": "20 mA",
            },
            {"pulse_spacing": (818.182, 5e-4)},
        )
    ],
    "8.2 energies": [
        (
            {
                "quantity": "energy_by_power_and_time",
                "pulses": 100,
                "constant": "1600 imp/kWh",
                "power": "2200.0 W",
                "time": "102.0 s",
            },
            {"indicated_energy": (62.5, 0), "reference_energy": (62.3333, 5e-5), "error": (0.267380, 5e-7)},
        ),
        (
            {
                "quantity": "energy_by_pulses",
                "pulses": 100,
                "constant": "1600 imp/kWh",
                "reference_pulses": 6215,
                "reference_constant": "1e5 imp/kWh",
            },
            {"error": (0.563154, 5e-7)},
        ),
    ],
    "9 factors of 2004": [
        (
            {
                "quantity": "oil_factors",
                "oil": oil.value,
                "density_60f": f"{rho} kg/m³",
                "temperature": f"{f} °F",
                "pressure": f"{psi} psi",
            },
            {"ctl": (ctl, 6e-9), "fp": (fp, 6e-9), "cpl": (cpl, 6e-7), "ctpl": (ctl * cpl, 6e-7)},
        )
        for oil, rho, f, psi, ctl, fp, cpl in FACTORS.values()
    ],
    "9 tables of 1980 and the algorithm": [
        (
            {
                "quantity": "oil_volume_correction_1980",
                "table": "54B",
                "density_15c": f"{rho} kg/m³",
                "temperature": f"{t} °C",
            },
            {"volume_correction": (old, 6e-7)},
        )
        for (rho, t), (old, _) in TABLES.items()
    ]
    + [
        (
            {
                "quantity": "oil_volume_correction",
                "oil": "product",
                "density": f"{rho} kg/m³",
                "temperature": f"{t} °C",
            },
            {"volume_correction": (new, 6e-7)},
        )
        for (rho, t), (_, new) in TABLES.items()
    ]
    + [
        (
            {
                "quantity": "oil_volume_correction_1980",
                "table": "54A",
                "density_15c": "850 kg/m³",
                "temperature": "30 °C",
            },
            {"volume_correction": (0.987206, 6e-7)},
        ),
        (
            {
                "quantity": "oil_volume_correction",
                "oil": "crude",
                "density": "850 kg/m³",
                "temperature": "30 °C",
            },
            {"volume_correction": (0.987200, 6e-7)},
        ),
    ],
    "9 a crude observed, and API gravity": [
        (
            {
                "quantity": "oil_base_density",
                "oil": "crude",
                "density": "0.920 g/cm³",
                "temperature": "42 °C",
            },
            {
                "density_60f": (937.416940, 6e-7),
                "density 20 °C": (934.503, 6e-4),
                "volume_correction 20 °C": (0.984481, 6e-7),
            },
        ),
        ({"quantity": "oil_density_of_gravity", "api_gravity": 30}, {"density_60f": (875.298848, 6e-7)}),
        ({"quantity": "oil_density_of_gravity", "api_gravity": 40}, {"density_60f": (824.261015, 6e-7)}),
    ],
}

LIMITS = {
    "2.7 densities of weights": [
        (
            {"quantity": "weight", "nominal": nominal, "accuracy_class": c},
            {"lower_density": (lower * 1000, digit * 1000)}
            | ({} if upper is None else {"upper_density": (upper * 1000, digit * 1000)}),
        )
        for (nominal, c), (lower, upper, digit) in DENSITIES.items()
    ],
    "1.2 multi-interval, T6 band edges": [
        (
            {
                "quantity": "scale",
                "accuracy_class": "III",
                "partial_ranges": [
                    {"max": "2 kg", "e": "1 g"},
                    {"max": "5 kg", "e": "2 g"},
                    {"max": "15 kg", "e": "10 g"},
                ],
                "loads": [f"{load} g" for load in (400, 500, 501, 1600, 2100, 4250, 5100, 15000)],
            },
            {
                f"permitted_error @ {load} g": (mpe, 0)
                for load, mpe in {
                    400: 0.5,
                    500: 0.5,
                    501: 1.0,
                    1600: 1.0,
                    2100: 2.0,
                    4250: 3.0,
                    5100: 10.0,
                    15000: 10.0,
                }.items()
            },
        )
    ],
    "1.3 what follows from a data plate": [
        (
            {"quantity": "scale", "accuracy_class": c, "max": top, "e": e},
            {
                "n": (n, 0),
                "band_end 1": (first, 0),
                "band_end 2": (second, 0),
                "least_load": (least, 0),
                "eccentricity_share": (eccentric, 0.01),
                f"permitted_error @ {top}": (mpe, 0),
            },
        )
        for c, e, top, n, first, second, least, eccentric, mpe in (
            ("III", "5 g", "15 kg", 3000, 2500, 10000, 100, 5000, 7.5),
            ("IIII", "10 g", "5 kg", 500, 500, 2000, 100, 1666.67, 15),
            ("I", "1 mg", "220 g", 220000, 50000, 200000, 100, 73333.3, 1.5),
        )
    ],
    "1.6 discrimination": [
        (
            {"quantity": "scale", "accuracy_class": "III", "max": "15 kg", "e": "5 g"},
            {"extra_load": (7, 0)},
        )
    ],
    "1.7 substitution": [
        (
            {"quantity": "substitution", "max": "60 t", "e": "20 kg", "repeatability_error": f"{r} kg"},
            {"least_standards": (least * 1000, 0)},
        )
        for r, least in ((10, 30), (6, 20), (4, 12))
    ],
    "5.4 capacity": [({"quantity": "capacity_measure", "nominal": "20 L"}, {"permitted_error": (10, 0)})],
    "6.4 water meters": [
        (
            {
                "quantity": "water_meter",
                "accuracy_class": "2",
                "q3": "2.5 m3/h",
                "ratio": 80,
                "flow": flow,
                "temperature": f"{t} °C",
                "in_service": service,
            },
            {"permitted_error": (limit, 0)},
        )
        for flow, t, service, limit in (
            ("31.25 L/h", 25, False, 5),
            ("50 L/h", 25, False, 2),
            ("2.5 m3/h", 31, False, 3),
            ("2.5 m3/h", 25, True, 4),
            ("31.25 L/h", 25, True, 10),
            ("2.5 m3/h", 31, True, 6),
        )
    ],
    "7.1 dispensers": [
        (
            {
                "quantity": "dispenser",
                "volume": f"{v} L",
                **({"minimum_quantity": "5 L"} if v in large else {}),
            },
            {"permitted_error": (limit, 0)},
        )
        for large in ((2, 5, 8, 10, 15, 20, 50),)
        for v, limit in (
            *zip(large, (50, 50, 50, 50, 75, 100, 250), strict=True),
            *((0.05, 2), (0.1, 2), (0.15, 3), (0.3, 4), (0.4, 4), (0.7, 7), (1, 10), (1.5, 10)),
        )
    ],
    "gas, energy, levels": [
        (
            {
                "quantity": "gas_meter",
                "accuracy_class": "1.5",
                "qmin": "0.04 m3/h",
                "qmax": "6 m3/h",
                "flow": flow,
            },
            {"permitted_error": (limit, 0)},
        )
        for flow, limit in (("0.04 m3/h", 3), ("0.5999 m3/h", 3), ("0.6 m3/h", 1.5), ("6 m3/h", 1.5))
    ]
    + [
        (
            {
                "quantity": "energy_meter",
                "accuracy_class": "A",
                "ist": "0.02 A",
                "imin": "0.25 A",
                "itr": "5 A",
                "imax": "60 A",
                "current": current,
            },
            {"permitted_error": (limit, 0)},
        )
        for current, limit in (("5 A", 2.0), ("4.999 A", 2.5))
    ]
    + [
        (
            {"quantity": "level_gauge", "accuracy_class": "2", "range": "20 m", "level": level},
            {"permitted_error": (limit, 0), "hysteresis_limit": (2, 0)},
        )
        for level, limit in (("6 m", 4), ("15 m", 6))
    ],
    "D1 mechanical scales": [
        (
            {"quantity": "mechanical_scale", **plate, **({} if load is None else {"loads": [load]})},
            {"scale_interval": (float(e.split()[0]), 0)}
            | ({} if load is None else {f"permitted_error @ {load}": (float(limit.split()[0]), 0)}),
        )
        for plate, e, load, limit in EXERCISE.values()
    ]
    + [
        ({"quantity": "scale", "accuracy_class": "I", "max": top, "e": e}, {"n": (n, 0)})
        for top, e, n in (("200 g", "0.05 mg", 4_000_000), ("22 g", "0.01 mg", 2_200_000))
    ],
    "8.4 lengths": [
        (
            {"quantity": "length_measure", "accuracy_class": c, "length": f"{length} m"},
            {"permitted_error": (limit, 0)},
        )
        for length, limits in (
            (0.5, (0.2, 0.5, 1.0)),
            (1.2, (0.3, 0.7, 1.4)),
            (5, (0.6, 1.3, 2.6)),
            (10, (1.1, 2.3, 4.6)),
        )
        for c, limit in zip(("I", "II", "III"), limits, strict=True)
    ],
}

READ_RESISTANCE = {
    "V": (5.007, 4.994, 5.005, 4.990, 4.999),
    "I": (19.663e-3, 19.639e-3, 19.640e-3, 19.685e-3, 19.678e-3),
    "phi": (1.0456, 1.0438, 1.0468, 1.0428, 1.0433),
}
GAUGE_BLOCK = [
    {"name": "ls", **normal("50000623 nm", "25 nm", 18)},
    {"name": "d", **normal("215 nm", "5.8 nm", 24)},
    {"name": "d1", **normal("0 nm", "3.9 nm", 5)},
    {"name": "d2", **normal("0 nm", "6.7 nm", 8)},
    {"name": "alpha", **rect("11.5e-6 1/°C", "2e-6 1/°C")},
    {"name": "dalpha", **rect("0 1/°C", "1e-6 1/°C", degrees_of_freedom=50)},
    {"name": "dtheta", **rect("0 °C", "0.05 °C", degrees_of_freedom=2)},
    {"name": "theta", **normal("-0.1 °C", "0.2 °C")},
    {"name": "swing", **rect("0 °C", "0.5 °C", distribution="arcsine")},
]
GAUGE_MODEL = "ls + d + d1 + d2 - ls * (dalpha * (theta + swing) + alpha * dtheta)"
ROUNDED = [
    {"name": "V", **normal("4.9990", "0.0032")},
    {"name": "I", **normal("0.019661", "9.5e-6")},
    {"name": "phi", **normal("1.04446", "7.5e-4")},
]
Z_MODELS = {"R": "V / I * cos(phi)", "X": "V / I * sin(phi)", "Z": "V / I"}
MASS_MODEL = "(mr + dmr) * (1 + (a - 1.2) * (1/rw - 1/rr)) - 100000"
MASS_INPUTS = [
    {"name": "mr", **normal("100000.000", "0.050")},
    {"name": "dmr", **normal("1.234", "0.020")},
    {"name": "a", **rect("1.20", "0.10")},
    {"name": "rw", **rect(8000, 1000)},
    {"name": "rr", **rect(8000, 50)},
]
MASSCOR = [
    {"name": "certificate", "standard": "0.1002494 mg"},
    {"name": "zero", "resolution": "0.1 mg"},
    {"name": "display", "resolution": "0.1 mg"},
    {"name": "repeatability", "standard": "0.03 mg"},
    {"name": "eccentricity", "half_width": f"{12.4835 * 0.1 / 40} mg"},
]
BALANCE = [
    {"name": "zero", "resolution": "0.1 mg"},
    {"name": "display", "resolution": "0.1 mg"},
    {"name": "repeatability", "standard": "0.05 mg"},
    {"name": "eccentricity", "half_width": "0.2 mg"},
]
REFERENCE = [
    {"name": "certificate", "expanded": "0.1 mg"},
    {"name": "buoyancy", "half_width": "0.075 mg"},
    {"name": "drift", "half_width": "0.1 mg"},
]

UNCERTAINTY = {
    "2.5 EA-4/02 S2": [
        (
            {
                "unit": "g",
                "coverage_factor": 2,
                "input": inputs(
                    {"value": "10000.005 g", "expanded": "45 mg"},
                    rect("0 g", "15 mg"),
                    {"value": "0.020 g", "deviation": "25 mg", "count": 3},
                    rect("0 g", "10 mg"),
                    rect("0 g", "10 mg"),
                ),
            },
            {
                "value": (10000.025, 1e-9),
                "standard_uncertainty": (0.02926, 5e-5),
                "reported_uncertainty": (0.059, 0),
            },
        )
    ],
    "10 H.1": [
        (
            {"model": GAUGE_MODEL, "unit": "nm", "probability": "99 %", "input": GAUGE_BLOCK},
            {
                "value": (50000838, 1e-6),
                "standard_uncertainty": (31.6638, 2e-3),
                "effective_degrees_of_freedom": (16.752, 2e-3),
                "coverage_factor": (2.9208, 5e-5),
                "expanded_uncertainty": (92.48, 0.01),
            },
        ),
        (
            {"model": GAUGE_MODEL, "unit": "nm", "second_order": True, "input": GAUGE_BLOCK},
            {"standard_uncertainty": (33.81, 0.01)},
        ),
    ],
    "10 H.2": [
        (
            {
                "quantity": "several_results",
                "models": Z_MODELS,
                "simultaneous": True,
                "input": [{"name": n, "readings": list(r)} for n, r in READ_RESISTANCE.items()],
            },
            {
                "R": (127.73217, 1e-5),
                "X": (219.84651, 1e-5),
                "Z": (254.25970, 1e-5),
                "u(R)": (0.071071, 1e-6),
                "u(X)": (0.295582, 1e-6),
                "u(Z)": (0.236336, 1e-6),
                "r(R, X)": (-0.58843, 1e-5),
                "r(R, Z)": (-0.48526, 1e-5),
                "r(X, Z)": (0.99251, 1e-5),
            },
        ),
        (
            {
                "quantity": "several_results",
                "models": Z_MODELS,
                "input": ROUNDED,
                "correlation": [
                    {"between": ["V", "I"], "coefficient": -0.36},
                    {"between": ["V", "phi"], "coefficient": 0.86},
                    {"between": ["I", "phi"], "coefficient": -0.65},
                ],
            },
            {
                "u(R)": (0.0699787, 1e-6),
                "u(X)": (0.295717, 1e-6),
                "u(Z)": (0.236603, 1e-6),
                "r(R, X)": (-0.591485, 1e-5),
                "r(R, Z)": (-0.490624, 1e-5),
                "r(X, Z)": (0.992797, 1e-5),
            },
        ),
        (
            {
                "model": Z_MODELS["R"],
                "simultaneous": True,
                "input": [{"name": n, "readings": list(r)} for n, r in READ_RESISTANCE.items()],
            },
            {"value": (127.73217, 1e-5), "standard_uncertainty": (0.071071, 1e-6)},
        ),
        (
            {"quantity": "readings", "readings": list(READ_RESISTANCE["V"])},
            {"mean": (4.9990, 1e-9), "standard_uncertainty": (0.0032094, 5e-8)},
        ),
    ],
    "10 t_p of table G.2": [
        (
            {"quantity": "coverage_factor", "degrees_of_freedom": freedom, "probability": f"{p} %"},
            {"coverage_factor": (t, 5.1e-3)},
        )
        for freedom, row in {
            1: (1.84, 6.31, 12.71, 13.97, 63.66, 235.78),
            2: (1.32, 2.92, 4.30, 4.53, 9.92, 19.21),
            5: (1.11, 2.02, 2.57, 2.65, 4.03, 5.51),
            10: (1.05, 1.81, 2.23, 2.28, 3.17, 3.96),
            20: (1.03, 1.72, 2.09, 2.13, 2.85, 3.42),
        }.items()
        for p, t in zip((68.27, 90, 95, 95.45, 99, 99.73), row, strict=True)
    ],
    "10 EA-4/02 S9": [
        (
            {"quantity": "coverage_factor_trapezoid", "half_widths": [50, 25]},
            {"coverage_factor": (1.8339, 5e-5)},
        ),
        (
            {"quantity": "coverage_factor_trapezoid", "half_widths": [50, 0]},
            {"coverage_factor": (1.6454, 5e-5)},
        ),
        (
            {"quantity": "coverage_factor_trapezoid", "half_widths": [50, 50]},
            {"coverage_factor": (1.9018, 5e-5)},
        ),
        (
            {
                "coverage_factor": "1.8339",
                "input": inputs(*({"standard": u} for u in ("0.46", "2.0", "14.4", "28.9"))),
            },
            {"standard_uncertainty": (32.36, 0.03), "expanded_uncertainty": (59.3, 0.1)},
        ),
    ],
    "GUM H.3 a thermometer's line": [
        (
            {
                "quantity": "straight_line",
                "x": list(THERMOMETER[0]),
                "y": list(THERMOMETER[1]),
                "origin": 20,
                "at": 30,
            },
            {
                "intercept": (-0.1712, 5e-5),
                "u(intercept)": (0.0029, 5e-5),
                "slope": (0.00218, 5e-6),
                "u(slope)": (0.00067, 5e-6),
                "r(intercept, slope)": (-0.930, 5e-4),
                "deviation": (0.0035, 5e-5),
                "value": (-0.1494, 5e-5),
                "standard_uncertainty": (0.0041, 5e-5),
            },
        )
    ],
    "series taken together": [
        (
            {"quantity": "pooled", "series": [[1, 2, 3], [10, 14]]},
            {"deviation": (sqrt((2 + 8) / 3), 1e-8), "degrees_of_freedom": (3, 0)},
        )
    ],
    "10 XRF": [
        (
            {
                "model": "x1 / x2 * y",
                "probability": "95 %",
                "input": [
                    {"name": "x1", **normal("0.1820", "0.00093", 9)},
                    {"name": "x2", **normal("0.1823", "0.00058", 19)},
                    {"name": "y", **normal("0.6978", "0.0026", 19)},
                ],
            },
            {
                "value": (0.6967, 5e-5),
                "standard_uncertainty": (0.00494, 1e-5),
                "effective_degrees_of_freedom": (27.7, 0.3),
                "expanded_uncertainty": (0.0101, 5e-5),
            },
        ),
        (
            {"input": inputs(normal(0, "0.57", 9), normal(0, "0.25"))},
            {"effective_degrees_of_freedom": (12.8, 0.05)},
        ),
    ],
    "11 what a budget makes of the examples of GUM S1 and S2": [
        (
            {"model": MASS_MODEL, "probability": "95 %", "input": MASS_INPUTS, "second_order": second},
            {
                "value": (1.2340, 5e-5),
                "standard_uncertainty": (u, 1e-6),
                "lower": (lower, 1e-5),
                "upper": (upper, 1e-5),
            },
        )
        for second, u, lower, upper in (
            (False, 0.053852, 1.12845, 1.33955),
            (True, 0.074963, 1.08708, 1.38092),
        )
    ]
    + [
        (
            {"model": GAUGE_MODEL.replace("ls +", "ls - 5e7 +"), "unit": "nm", "input": GAUGE_BLOCK},
            {"value": (838, 1e-6), "standard_uncertainty": (31.6638, 2e-3)},
        ),
        (
            {"model": "ln(x1)", "input": inputs(rect(0.6, 0.5))},
            {"value": (-0.511, 5e-4), "standard_uncertainty": (0.481, 5e-4)},
        ),
        (
            {"model": "sqrt(x1**2 + x2**2)", "input": inputs(normal("0.001", "0.01"), normal(0, "0.01"))},
            {"value": (0.001, 1e-9), "standard_uncertainty": (0.010, 1e-6)},
        ),
        (
            {
                "model": "x1 + x2 + x3 + x4",
                "probability": "95 %",
                "input": inputs(*[rect(0, sqrt(3))] * 3, rect(0, 10 * sqrt(3))),
            },
            {"standard_uncertainty": (sqrt(103), 1e-6), "upper": (19.891, 1e-3)},
        ),
    ],
    "13 a balance in the manner of cg-18": [
        ({"input": BALANCE, "coverage_factor": 2}, {"standard_uncertainty": (0.132288, 1e-6)}),
        ({"input": REFERENCE, "coverage_factor": 2}, {"standard_uncertainty": (0.087797, 1e-6)}),
        (
            {"input": [*BALANCE, *REFERENCE], "coverage_factor": 2},
            {"standard_uncertainty": (0.158771, 1e-6), "expanded_uncertainty": (0.317543, 1e-6)},
        ),
    ],
    "13 a corrected reading": [
        (
            {
                "model": "reading - (low + (high - low) * (reading - 5) / (20 - 5))",
                "unit": "g",
                "coverage_factor": 2,
                "input": [
                    {"name": "reading", **normal("12.4835 g", 0)},
                    {"name": "low", **normal("-0.2e-3 g", 0)},
                    {"name": "high", **normal("-0.1e-3 g", 0)},
                ],
            },
            {"value": (12.4837, 5e-5)},
        ),
        ({"input": MASSCOR[1:], "coverage_factor": 2}, {"standard_uncertainty": (sqrt(2.891329e-3), 1e-8)}),
        ({"input": MASSCOR, "coverage_factor": 2}, {"standard_uncertainty": (0.1137598, 1e-7)}),
    ],
}

TRIALS = {
    "11 9.2.2 four normals": (
        {
            "model": "x1 + x2 + x3 + x4",
            "input": inputs(*[normal(0, 1)] * 4),
            "interval": "symmetric",
            "probability": "95 %",
        },
        {"standard_uncertainty": (2.0, 0.01), "lower": (-3.92, 0.03), "upper": (3.92, 0.03)},
    ),
    "11 9.2.3 four rectangles": (
        {
            "model": "x1 + x2 + x3 + x4",
            "input": inputs(*[rect(0, sqrt(3))] * 4),
            "interval": "symmetric",
            "probability": "95 %",
        },
        {"standard_uncertainty": (2.0, 0.01), "lower": (-3.8794, 0.03), "upper": (3.8794, 0.03)},
    ),
    "11 9.2.4 one of them ten times as wide": (
        {
            "model": "x1 + x2 + x3 + x4",
            "input": inputs(*[rect(0, sqrt(3))] * 3, rect(0, 10 * sqrt(3))),
            "interval": "symmetric",
            "probability": "95 %",
        },
        {"standard_uncertainty": (10.15, 0.02), "lower": (-17.01, 0.06), "upper": (17.01, 0.06)},
    ),
    "11 9.3 mass": (
        {"model": MASS_MODEL, "input": MASS_INPUTS, "interval": "symmetric", "probability": "95 %"},
        {
            "value": (1.2340, 5e-4),
            "standard_uncertainty": (0.0754, 3e-4),
            "lower": (1.0845, 2e-3),
            "upper": (1.3835, 2e-3),
        },
    ),
    "11 9.5 gauge block": (
        {"model": GAUGE_MODEL.replace("ls +", "ls - 5e7 +"), "input": GAUGE_BLOCK, "probability": "99 %"},
        {
            "value": (838.0, 0.3),
            "standard_uncertainty": (35.8, 0.3),
            "lower": (745, 3),
            "upper": (932, 3),
        },
    ),
    "11 a logarithm": (
        {"model": "ln(x1)", "input": inputs(rect(0.6, 0.5)), "probability": "95 %"},
        {
            "value": (-0.665, 5e-3),
            "standard_uncertainty": (0.606, 5e-3),
            "lower": (-1.895, 0.02),
            "upper": (0.095, 5e-3),
        },
    ),
    "11 a magnitude near zero": (
        {
            "model": "sqrt(x1**2 + x2**2)",
            "input": inputs(normal("0.001", "0.01"), normal(0, "0.01")),
            "probability": "95 %",
        },
        {"value": (0.0126, 5e-4), "standard_uncertainty": (0.0066, 5e-4)},
    ),
}

RISKS = {
    "12 probability of conformity": [
        ({"estimate": y, "standard": u, **limits}, {"conformance_probability": (p, 5e-7)})
        for y, u, limits, p in (
            ("-5.47", "0.05", {"upper": "-5.40"}, 0.919243),
            ("509.7", "8.6", {"lower": 490}, 0.989010),
            ("13.6", "1.8", {"lower": "12.5", "upper": "16.3"}, 0.662630),
        )
    ],
    "12 specific risks": [
        ({"estimate": y, "standard": "0.4", "lower": 9, "upper": 11}, {"specific_risk": (p, 5e-6)})
        for y, p in (("10", 0.01242), ("10.5", 0.10574), ("12", 0.99379))
    ],
    "12 guard bands": [
        ({"quantity": "guard_band_risk", "guard": r}, {"risk": (p, 5e-7)})
        for r, p in ((0, 0.5), ("0.5", 0.158655), ("0.83", 0.048457), (1, 0.022750), ("1.5", 0.001350))
    ],
    "12 global risks": [
        (
            {
                "quantity": "global_risk",
                "deviation": "0.12",
                "standard": "0.04",
                "lower": "-0.2",
                "upper": "0.2",
                "guard_band": w,
            },
            {"consumer_risk": (rc, 5e-8), "producer_risk": (rp, 5e-8), "conforming": (0.9044193, 5e-8)},
        )
        for w, rc, rp in (
            (0, 0.0189422, 0.0372078),
            ("0.04", 0.0043341, 0.1146566),
            ("0.08", 0.00046863, 0.2476696),
        )
    ],
    "12 the draft of RP-19": [
        (
            {
                "quantity": "global_risk",
                "in_tolerance": itp,
                "deviation_ratio": 4,
                "lower": -1,
                "upper": 1,
            },
            {
                "consumer_risk": (pfa / 100, 1e-8),
                "conditional_consumer_risk": (cpfa / 100, 1e-8),
            },
        )
        for itp, pfa, cpfa in (
            ("60 %", 4.83860326, 8.26008199),
            ("70 %", 3.92234109, 5.72322042),
            ("80 %", 2.85583037, 3.63227145),
            ("90 %", 1.59995312, 1.79880430),
            ("95 %", 0.87100925, 0.92389664),
            ("99 %", 0.19991684, 0.20243866),
        )
    ],
    "12 Deaver": [
        (
            {"quantity": "global_risk", "deviation": 4, "standard": 1, "lower": -8, "upper": 8},
            {"consumer_risk": (0.008, 5e-4), "producer_risk": (0.015, 5e-4)},
        )
    ],
}

ROUNDINGS = {
    "T7 the way is named": [
        ({"quantity": "step", "value": value, "step": step, "way": way}, {"value": (rounded, 0)})
        for value, step, way, rounded in (
            ("2.5", 1, "half_even", 2),
            ("2.5", 1, "half_up", 3),
            ("0.125", "0.01", "half_even", 0.12),
            ("0.125", "0.01", "half_up", 0.13),
        )
    ],
    "10 H.1 as it is reported": [
        (
            {"value": "50000837.9", "uncertainty": "92.48"},
            {"value": (50000838, 0), "uncertainty": (93, 0)},
        )
    ],
}

DECISIONS = {
    "T1 equal to the limit": (
        {"indication": "500.15 g", "reference": "500.1 g", "limit": "0.05 g"},
        C,
    ),
    "5.4 a measure of 20 L": (
        {"indication": "20 L", "reference": "19.998 L", "limit": "10 mL"},
        C,
    ),
    "5.4 beyond": ({"indication": "20 L", "reference": "19.9899 L", "limit": "10 mL"}, N),
    "P8 against the nominal delivery": (
        {
            "indication": "20.000 L",
            "reference": "19.900 L",
            "relative_to": "nominal",
            "nominal": "20 L",
            "limit": "0.5 %",
        },
        C,
    ),
    "P8 against the measure": (
        {"indication": "20.000 L", "reference": "19.900 L", "relative_to": "reference", "limit": "0.5 %"},
        N,
    ),
    "X1 rounding first would pass": ({"error": "0.50004 %", "limit": "0.5 %"}, N),
    "A5 a weight of class F1": ({"error": "0.19 mg", "limit": "0.5 mg"}, C),
    "6.4 all of one sign": (
        {"quantity": "same_sign", "errors": ["4.9 %", "1.9 %", "1.9 %"], "limits": ["5 %", "2 %", "2 %"]},
        N,
    ),
    "6.4 one within half": (
        {"quantity": "same_sign", "errors": ["4.9 %", "1.9 %", "0.9 %"], "limits": ["5 %", "2 %", "2 %"]},
        C,
    ),
    "6.4 two signs": (
        {"quantity": "same_sign", "errors": ["4.9 %", "-1.9 %", "1.9 %"], "limits": ["5 %", "2 %", "2 %"]},
        C,
    ),
    "7.3 repeats": (
        {"quantity": "range", "errors": ["-0.10 %", "0.05 %", "-0.14 %"], "limit": "0.2 %"},
        C,
    ),
    "7.3 repeats too far apart": (
        {"quantity": "range", "errors": ["-0.12 %", "0.10 %", "0 %"], "limit": "0.2 %"},
        N,
    ),
    "1.5 creep, quiet": (
        {
            "quantity": "creep",
            "minutes": [0, 5, 15, 30],
            "results": ["14999.0 g", "14999.5 g", "15000.0 g", "15000.0 g"],
            "e": "5 g",
            "permitted": "7.5 g",
        },
        C,
    ),
    "1.5 creep within the limit for four hours": (
        {
            "quantity": "creep",
            "minutes": [0, 30, 240],
            "results": ["14999.0 g", "15003.0 g", "15003.0 g"],
            "e": "5 g",
            "permitted": "7.5 g",
        },
        C,
    ),
    "1.5 creep beyond it": (
        {
            "quantity": "creep",
            "minutes": [0, 60],
            "results": ["14999.0 g", "15009.0 g"],
            "e": "5 g",
            "permitted": "7.5 g",
        },
        N,
    ),
    "1.5 creep not yet decided": (
        {
            "quantity": "creep",
            "minutes": [0, 30],
            "results": ["14999.0 g", "15019.0 g"],
            "e": "5 g",
            "permitted": "7.5 g",
        },
        I,
    ),
    "1.5 return to zero": ({"quantity": "zero_return", "before": "0 g", "after": "2.0 g", "e": "5 g"}, C),
    "1.5 no return": ({"quantity": "zero_return", "before": "0 g", "after": "5 g", "e": "5 g"}, N),
    "1.5 drift of zero": (
        {
            "quantity": "zero_drift",
            "zeros": ["20.0 g", "22.6 g"],
            "temperatures": ["20.1 °C", "40.3 °C"],
            "e": "5 g",
        },
        C,
    ),
}
