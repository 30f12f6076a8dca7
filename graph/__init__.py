"""What is known: parties, listings, relations, where they are kept and what a screening reads."""
