// Undo a staged run.
MATCH (n:Name) WHERE n.gen = $gen
WITH n LIMIT $size DELETE n RETURN count(*)
