"""Lengths beside a reference length: what tests of measures of length and of level gauges share."""
