"""The store in Neo4j, over Bolt: a server, a cluster or a managed one, by its URL alone."""
