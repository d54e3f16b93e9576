"""Verification of gas meters (meter gas)."""
