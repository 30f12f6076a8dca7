"""Where the graph is kept: the embedded file, and (with its own driver) Neo4j. Opened by `graph.store.open_store`."""
