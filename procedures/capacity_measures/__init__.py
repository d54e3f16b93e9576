"""Capacity measures (bejana ukur, takaran), filled from a better measure or weighed."""
