"""Names compared in bulk: pairs, and lists against lists, in chunks that any process can work on."""
