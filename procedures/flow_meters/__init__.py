"""Verification of meters for liquids other than water (meter arus), by master meter or vessel."""
