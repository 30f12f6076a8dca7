// Undo a staged run.
MATCH (n:Identifier) WHERE n.gen = $gen
WITH n LIMIT $size DELETE n RETURN count(*)
