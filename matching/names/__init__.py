"""Names of organisations and persons: read into parts, compared character by character, scored."""
