"""Objections, repairs and cases: what people open, decide and close beside decisions, and what follows from it."""
