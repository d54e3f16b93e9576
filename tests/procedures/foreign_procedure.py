"""A procedure as another distribution would announce it."""

from dataclasses import replace

from procedures.scales.procedure import SCALES

FOREIGN = replace(SCALES, id="foreign", edition="7")
