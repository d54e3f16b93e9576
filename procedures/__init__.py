"""What to measure, the error, the uncertainty and the verdict. No effect at all."""
