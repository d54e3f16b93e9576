"""Verification of non-automatic weighing instruments (timbangan bukan otomatis)."""
