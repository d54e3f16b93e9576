"""A filled-in case file: what `tera procedures show tank_trucks --case` prints."""

from typing import Final

EXAMPLE: Final = """\
# A case for a tank truck (tangki ukur mobil), compartment by compartment. Volumes in L, lengths in mm.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "tank_trucks"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
note = "observation sheet 0911"        # decides nothing

[uut]
vehicle = "B 1234 XX"
liquid = "solar"
material = "mild_steel"                # or expansion = "33.5e-6", per degree
permitted = "0.2 %"                    # EXAMPLE ONLY: the limit as an officer reads it in the decree,
permitted_source = "example, no decree"  # and where it stands there; the table has none yet
compartments = [{ id = "1", nominal = "2000 L" }, { id = "2", nominal = "1000 L" }]

[uncertainty]                          # what is known beside the rows; all of it may be left out
reference = "0.03 %"                   # expanded, of every volume
line = "0.5 L"                         # smallest difference from the mark that can be told

[visual]                               # true: in order
clean_and_empty = true
pipes_drained = true

[[compartment]]
id = "1"
dimensions = { t1 = "1650 mm", t2 = "1402 mm", empty_space = "60 L" }
[[compartment.filling]]                # filled up to its mark
temperature = "29.0 °C"                # of the water in it
[[compartment.filling.poured]]         # measures emptied into it
nominal = "500 L"
volume = "500.08 L"                    # at its line, from the certificate
above = "0 mL"
fills = 4
temperature = "28.5 °C"
expansion = "51.8e-6"
[[compartment.filling.removed]]        # measures filled from it, until the water stood at the mark
nominal = "1 L"
above = "0 mL"
fills = 2
[[compartment.sensitivity]]            # the level raised by a known volume
added = "10 L"
rise = "4 mm"

[[compartment]]
id = "2"
[[compartment.filling]]
above = "0.5 L"                        # water above the mark; or below; neither: at the mark
[[compartment.filling.poured]]
nominal = "500 L"
volume = "500.08 L"
above = "100 mL"
fills = 2
"""
