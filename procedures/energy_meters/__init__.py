"""Verification of active electrical energy meters (meter kWh)."""
