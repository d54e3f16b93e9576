"""A filled-in case file: what `tera procedures show capacity_measures --case` prints."""

from typing import Final

EXAMPLE: Final = """\
# A case for a capacity measure (bejana ukur, takaran). Volumes in L or mL.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "capacity_measures"
activity = "initial_verification"      # tera; "subsequent_verification" = tera ulang
date = 2026-11-21                      # chooses the rules in force
note = "observation sheet 0077"        # decides nothing

[uut]
type = "bejana_ukur"                   # or "takaran"
nominal = "20 L"
d = "2 mL"                             # smallest step on its neck
material = "stainless_steel_304"       # or expansion = "51.8e-6", per degree
# reference_temperature = "28 °C"      # left out: that of the rules
# permitted = "10 mL"                  # where nobody has read the limit yet, from the decree in hand, with
# permitted_source = "decree, clause"  # the place where it stands

[uncertainty]                          # what is known beside the rows; all of it may be left out
reference = "0.01 %"                   # expanded, of every reference volume
line = "1 mL"                          # smallest difference from its line that can be told
temperature = "0.2 °C"

[visual]                               # true: in order
clean_and_dry = true
descriptive_markings = true

[[filling]]                            # filled once; the water stands above or below its own line
above = "3 mL"                         # or below; neither: filled up to the line
temperature = "28.2 °C"                # of the water in it
[[filling.poured]]                     # better measures emptied into it; each with its reading
nominal = "10 L"
volume = "10.001 L"                    # at its line, from the certificate
above = "0 mL"
fills = 2
temperature = "28.0 °C"
expansion = "47.7e-6"

[[filling]]
temperature = "28.1 °C"
[filling.weighed]                      # or the water that it held, weighed
mass = "19.905 kg"                     # filled less empty
air_density = "1.16 kg/m3"             # or the air itself:
# air = { temperature = "28 °C", pressure = "1010 hPa", humidity = "60 %" }
"""
