"""A filled-in case file: what `tera procedures show fuel_dispensers --case` prints."""

from typing import Final

EXAMPLE: Final = """\
# A case for a fuel dispenser (pompa ukur BBM), nozzle by nozzle. Volumes in L or mL, flows in L/min.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "fuel_dispensers"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force, and with them what the error is a part of
# rules = "oiml-r117-1-2019"           # overrides them
note = "observation sheet 0502"        # decides nothing

[uut]
class = "0.5"
max_flow = "40 L/min"
mmq = "5 L"                            # smallest quantity that it may be used for
d = "0.01 L"                           # smallest step of the volume shown
price_interval = 1                     # smallest step of the price shown
totaliser_step = "0.01 L"
nozzles = [                            # two nozzles on one meter name the same meter
  { id = "1", meter = "IC-1", liquid = "petrol", unit_price = 10000 },
  { id = "2", meter = "IC-1", liquid = "petrol", unit_price = 10000 },
]

[uncertainty]                          # what is known beside the rows; all of it may be left out
reference = "4 mL"                     # expanded, of the measure
neck = "2 mL"                          # smallest step on its neck
# repeatability = "0.02 %"
# temperature = "0.5 °C"               # half the width of the difference between measure and dispenser

[[nozzle]]
id = "1"
[nozzle.visual]                        # true: in order
verification_mark = true
descriptive_markings = true

[[nozzle.delivery]]                    # one delivery from zero
at = "fast"
indication = "20.05 L"
preset = "20.05 L"                     # only where it stopped by itself
price = 200500
[nozzle.delivery.vessel]               # size and reading always together
nominal = "20 L"
volume = "20.002 L"                    # at the line, from the certificate; left out: the nominal
above = "35 mL"                        # liquid above the line; or below = "35 mL"; no sign
# scale = "-35 mL"                     # in place of above and below: as it was written, only together with
# plus = "less"                        # what its plus means, "more" or "less" liquid
# temperature = "29.5 °C"              # of the liquid in it; left out: no correction
# material = "stainless_steel_304"     # or expansion = "51.8e-6", per degree
# reference_temperature = "28 °C"
[[nozzle.delivery]]
at = "medium"
indication = "20.04 L"
[nozzle.delivery.vessel]
nominal = "20 L"
volume = "20.002 L"
above = "30 mL"
[[nozzle.delivery]]
at = "slow"
indication = "20.06 L"
[nozzle.delivery.vessel]
nominal = "20 L"
volume = "20.002 L"
above = "50 mL"

[[totaliser]]                          # one entry for a meter, with the nozzles whose deliveries it counted
nozzles = ["1"]
before = "1234567.10 L"
after = "1234637.25 L"
besides = "10 L"                       # delivered in between, but in no row: wetting of the measure
"""
