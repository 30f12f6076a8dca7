// Relations, of a page of parties, that quote a number.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(b:Party)
WHERE r.doc CONTAINS $token OR r.ends CONTAINS $token OR r.key CONTAINS $token OR r.origin IN $origins
OPTIONAL MATCH (o:Origin {number: r.origin})
RETURN r.id, r.source, r.kh, r.key, r.mark, r.from_gen, r.to_gen, a.number, r.strong, b.number, type(r),
       r.valid_from, r.valid_to, r.zone, r.share, r.votes, r.role, r.doc, r.ends, o.doc, r.line
ORDER BY r.id
