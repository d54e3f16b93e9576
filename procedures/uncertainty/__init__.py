"""Uncertainty by the GUM: evaluation, budgets, coverage, many at once, Monte Carlo."""
