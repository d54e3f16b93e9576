"""Speak to an instrument and give a reading."""
