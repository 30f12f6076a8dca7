// Whole relations by number and key.
UNWIND $rows AS row
MATCH (a:Party)-[r:RELATION {kh: row[1]}]->(b:Party) WHERE r.id = row[0]
OPTIONAL MATCH (o:Origin {number: r.origin})
RETURN r.id, r.source, r.kh, r.key, r.mark, r.from_gen, r.to_gen, a.number, r.strong, b.number, type(r),
       r.valid_from, r.valid_to, r.zone, r.share, r.votes, r.role, r.doc, r.ends, o.doc, r.line
ORDER BY r.id
