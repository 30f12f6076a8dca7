// Undo a staged run: its versions go, a few thousand at a time.
MATCH (r:Record) WHERE r.id >= $first
WITH r LIMIT $size DETACH DELETE r RETURN count(*)
