"""Single questions: a formula, an uncertainty, a limit, a decision, asked by a case file alone."""
