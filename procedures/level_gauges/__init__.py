"""Verification of automatic level gauges (ALG) against a dip tape or a reference length."""
