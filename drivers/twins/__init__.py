"""Simulated instruments for demonstrations, training and tests; nothing of theirs is ever a verification."""
