"""Drawings made of characters: big digits, the receptor, the error plot, tables. Each is a pure function."""
