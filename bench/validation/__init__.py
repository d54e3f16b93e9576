"""Tries this very installation on what has a known answer: `tera check --validate`."""
