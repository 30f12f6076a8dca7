// Empty a database for trials: relations first, or a hub would not fit into one transaction.
MATCH ()-[r]->() WITH r LIMIT $size DELETE r RETURN count(*)
