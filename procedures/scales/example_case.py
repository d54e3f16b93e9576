"""A filled-in case file for scales: what `tera procedures show scales --case` prints."""

from typing import Final

EXAMPLE: Final = """\
# A case for scales. Masses are strings with a unit: mg, g, kg, t or ct.
# Sections that were not done are left out; errors and verdicts are never typed.
kind = "scales"
activity = "subsequent_verification"   # tera ulang; "initial_verification" = tera
date = 2026-11-21                      # chooses the rules in force
# rules = "oiml-r76-1-2006"            # overrides them
note = "observation sheet 0231"        # decides nothing

[uut]
class = "III"                          # I, II, III or IIII
max = "15 kg"
min = "100 g"
e = "5 g"
d = "5 g"                              # left out: equal to e
# Multi-interval or multiple range, in place of max and e:
# intervals = [{ max = "6 kg", e = "2 g" }, { max = "15 kg", e = "5 g" }]
# ranges = [{ max = "6 kg", e = "2 g", min = "40 g" }, { max = "15 kg", e = "5 g", min = "100 g" }]

[visual]                               # true: in order
type_approval = true
level_indicator = true
clean_and_ready = true
descriptive_markings = true
verification_mark = true

[[zero]]
indication = "0 g"
# added = "2.5 g"                      # small weights that changed the indication; "0 g" is a reading
# high_resolution = true               # read from the extended display

[[eccentricity]]
position = "1"
load = "5 kg"
indication = "5000 g"
[[eccentricity]]
position = "2"
load = "5 kg"
indication = "5005 g"

[[accuracy]]
direction = "up"                       # or "down", or left out
load = "2500 g"
indication = "2500 g"
[[accuracy]]
direction = "up"
load = "15 kg"
indication = "15005 g"
[[accuracy]]
direction = "down"
load = "2500 g"
indication = "2505 g"

[[repeatability]]
load = "7500 g"
indication = "7500 g"
[[repeatability]]
load = "7500 g"
indication = "7505 g"
[[repeatability]]
load = "7500 g"
indication = "7500 g"

[[discrimination]]
load = "7500 g"
indication = "7500 g"
extra = "7 g"                          # left out: 1.4 d
after = "7505 g"

# For the uncertainty budget only; whatever is left out is assumed as the rules say, and --explain shows it:
# [uncertainty]
# weights_class = "M1"                 # left out: the least class that the rules permit
# repeatability = "0.8 g"              # standard deviation of one reading, in place of the weighings above
# adjusted_before = true               # adjusted at the place just before the test
# [[uncertainty.references]]           # loads whose weights have certificates
# load = "15 kg"
# certified = [{ uncertainty = "45 mg", coverage_factor = 2 }]
# limit = "750 mg"                     # sum of their class limits

# [[tare]]                             # net load and net indication; load = "0 g": accuracy of tare-setting
# tare = "3 kg"
# load = "7500 g"
# indication = "7500 g"
"""
