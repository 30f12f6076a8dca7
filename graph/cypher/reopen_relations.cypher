// Undo a staged run: relations that it ended are in force again, of a page of parties.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(:Party) WHERE r.to_gen = $gen
WITH r LIMIT $size REMOVE r.to_gen RETURN count(*)
