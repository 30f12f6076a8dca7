// All relations from a page of parties, as columns.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(b:Party) WHERE r.from_gen <= $known
RETURN collect(r.id), collect(r.source), collect(r.kh), collect(r.strong), collect(r.from_gen),
       collect(coalesce(r.to_gen, -1)), collect(a.number), collect(b.number), collect(r.doc)
