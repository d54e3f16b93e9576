"""Meters of liquid or gas compared by volume with a master meter or a vessel."""
