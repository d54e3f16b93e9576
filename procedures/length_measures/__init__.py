"""Verification of material measures of length (meter kayu, ban ukur) by comparison with a standard."""
