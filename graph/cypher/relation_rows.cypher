// The same row by row: a hub's relations would not fit into the memory of one transaction.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(b:Party) WHERE r.from_gen <= $known
RETURN r.id, r.source, r.kh, r.strong, r.from_gen, coalesce(r.to_gen, -1), a.number, b.number, r.doc
