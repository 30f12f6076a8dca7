// All relations from a page of parties, in one record: reading it is several times faster than row by row.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(b) WHERE r.from_gen <= $known
RETURN collect([
       r.id, r.source, r.kh, r.strong, r.from_gen, r.to_gen, a.number, b.number, type(r), r.valid_from, r.valid_to,
       r.zone, r.share, r.votes, r.role, r.doc, r.origin, r.line, r.key
])
