// Undo a staged run: its relations go, of a page of parties.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(:Party) WHERE r.from_gen = $gen
WITH r LIMIT $size DELETE r RETURN count(*)
