"""One named query per file; `graph.stores.bolt.queries` loads them by name. Values are always parameters."""
