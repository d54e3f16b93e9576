"""A filled-in case file: what `tera procedures show mechanical_scales --case` prints."""

from typing import Final

EXAMPLE: Final = """\
# A case for a mechanical scale, read by eye. Masses are strings with a unit: mg, g, kg, t or ct.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "mechanical_scales"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
# rules = "kepdirjen-spk-131-2015-mechanical"
note = "observation sheet 0412"        # decides nothing
balanced = true                        # without load it stands in equilibrium

[uut]
type = "meja"                          # dacin, sentisimal, bobot_ingsut, pegas, neraca_obat, neraca_emas
max = "10 kg"
# min = "200 g"
# d = "100 g"                          # smallest interval between two marks, where there are marks

[visual]                               # true: in order
clean_and_ready = true
descriptive_markings = true
moving_parts_free = true
verification_mark = true

[[sensitivity]]                        # a small extra load moves pointer or beam visibly
load = "10 kg"
moved = true
# extra = "8 g"                        # left out: as the rules say

[[accuracy]]
load = "5 kg"
indication = "5004 g"                  # weights on the other pan, beam or dial, in equilibrium
[[accuracy]]
load = "10 kg"
indication = "9994 g"

[[repeatability]]
load = "10 kg"
indication = "9994 g"
[[repeatability]]
load = "10 kg"
indication = "9996 g"
[[repeatability]]
load = "10 kg"
indication = "9994 g"
"""
