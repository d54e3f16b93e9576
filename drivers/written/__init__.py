"""Drivers in Python, for the few instruments that a driver file cannot describe."""
