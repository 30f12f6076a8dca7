// Every version of the relations of one key and type.
MATCH (a:Party)-[r:RELATION {kh: $kh}]->(b:Party) WHERE r.source = $source
OPTIONAL MATCH (o:Origin {number: r.origin})
RETURN r.id, r.source, r.kh, r.key, r.mark, r.from_gen, r.to_gen, a.number, r.strong, b.number, type(r),
       r.valid_from, r.valid_to, r.zone, r.share, r.votes, r.role, r.doc, r.ends, o.doc, r.line
ORDER BY r.id
