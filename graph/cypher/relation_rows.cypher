// The same row by row: a hub's relations would not fit into the memory of one transaction.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(b) WHERE r.from_gen <= $known
RETURN r.id, r.source, r.kh, r.strong, r.from_gen, r.to_gen, a.number, b.number, type(r), r.valid_from, r.valid_to,
       r.zone, r.share, r.votes, r.role, r.doc, r.origin, r.line
