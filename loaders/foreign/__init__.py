"""Formats from abroad and between systems: ownership data, and lists that are for research only (SPEC 3)."""
