"""A filled-in case file: what `tera procedures show weights --case` prints."""

from typing import Final

EXAMPLE: Final = """\
# A case for weights (anak timbangan). Masses are strings with a unit: mg, g, kg; densities in kg/m3.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "weights"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
# rules = "oiml-r111-1-2004-weights"   # overrides them
note = "observation sheet 0512"        # decides nothing

[uut]                                  # the set under test
class = "M1"                           # of OIML R 111: E1 to M3
weights = ["1 kg", "200 g", "200 g*"]  # mass and, for the second of two alike, a mark
material = "stainless_steel"           # or density = "7950 kg/m3" with density_uncertainty = "140 kg/m3"
[uut.balance]                          # what is known of it beside the readings; all may be left out
d = "0.001 g"                          # left out: the last digit of the readings
repeatability = "0.8 mg"               # standard deviation of one difference, from earlier work
# eccentricity = "1 mg"                # half widths within which a difference may be wrong
# magnetism = "0.5 mg"

[visual]                               # true: in order on all weights
clean_and_ready = true
weight_shape_and_surface = true
weight_markings = true
weight_cavity = true
verification_mark = true
# [visual_of."200 g*"]                 # lines in which one weight differs
# weight_markings = false

[[comparison]]
weights = ["1 kg"]
cycle = "ABBA"                         # A: reference, B: weight under test; or "ABA", "AB1...BnA"
cycles = [                             # indications in the order of weighing, as they were shown
    ["1000.001 g", "1000.013 g", "1000.014 g", "1000.002 g"],
    ["1000.003 g", "1000.015 g", "1000.014 g", "1000.003 g"],
]
air = { temperature = "26.5 °C", pressure = "1008 hPa", humidity = "58 %" }   # or air_density
# sensitivity = { mass = "50 mg", change = "0.050 g" }   # small weight added, change of the indication
[comparison.reference]                 # from its certificate
standard = "S-F1"
class = "F1"
error = "1.2 mg"                       # conventional mass less nominal; left out: zero
uncertainty = "1.5 mg"                 # expanded; left out: the limit of its class
# coverage_factor = 2
# drift = "0.5 mg"                     # half width since the calibration; left out: as the rules assume
material = "stainless_steel"

[[comparison]]                         # two weights between two weighings of the reference
weights = ["200 g", "200 g*"]
cycle = "AB1...BnA"
cycles = [
    ["200.000 g", "200.004 g", "199.995 g", "200.001 g"],
    ["200.001 g", "200.005 g", "199.996 g", "200.002 g"],
]
air_density = "1.165 kg/m3"
[comparison.reference]
standard = "S-F1"
class = "F1"
uncertainty = "0.3 mg"
material = "stainless_steel"

# Or, in place of cycles, the differences of one weight:  differences = ["12 mg", "11.5 mg", "12 mg"]
# Or a result of another laboratory:
# [[found]]
# weight = "200 g"
# conventional_mass = "200.0042 g"
# uncertainty = "0.9 mg"               # left out: the rules say what then
"""
