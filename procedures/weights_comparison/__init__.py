"""Weights (anak timbangan) tested by comparison with better ones: a whole set in one run."""
