"""Operators without a screen of their own: a console, a script, an external program, the hands of a twin."""
