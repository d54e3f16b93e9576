"""The registry's database, step by step from empty; run by Alembic at every start."""
