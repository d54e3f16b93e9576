"""Standard measures (bejana ukur): what is read on their neck, and the volume that it means."""
