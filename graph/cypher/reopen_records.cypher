// Undo a staged run: what it ended is in force again.
MATCH (r:Record) WHERE r.to_gen = $gen
WITH r LIMIT $size REMOVE r.to_gen RETURN count(*)
