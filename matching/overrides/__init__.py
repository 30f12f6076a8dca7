"""Overrides: who may change what a calculation found, on which legal ground, and with whom (SPEC 2, 3, 4)."""
