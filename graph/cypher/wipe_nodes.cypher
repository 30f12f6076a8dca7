// Empty a database for trials.
MATCH (n) WHERE NOT n:Store AND NOT n:Writer WITH n LIMIT $size DELETE n RETURN count(*)
