// Whether the database holds anything.
MATCH (n) RETURN 1 LIMIT 1
