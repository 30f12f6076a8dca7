"""The embedded store: one SQLite file, no server; other processes read while one writes."""
