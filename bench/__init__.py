"""Run a procedure on real instruments in front of a person."""
