// Undo a staged run: its versions go, of a page of numbers; those on a party go with it.
MATCH (r:Record) WHERE r.id >= $low AND r.id < $high AND NOT r:Party
WITH r LIMIT $size DETACH DELETE r RETURN count(*)
