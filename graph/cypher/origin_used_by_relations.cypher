// Whether a relation of a page of parties comes from one of these files.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(:Party) WHERE r.origin IN $origins AND NOT r.id IN $changed
RETURN collect(DISTINCT r.origin)
