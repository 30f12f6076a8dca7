// The same of a hub, whose relations would not fit into one record: those between two numbers.
MATCH (a:Party {number: $number})-[r]->(b:Party) WHERE r.id > $after AND r.id <= $last AND r.from_gen <= $known
RETURN collect([
       r.id, r.source, r.kh, r.strong, r.from_gen, r.to_gen, a.number, b.number, type(r), r.valid_from, r.valid_to,
       r.zone, r.share, r.votes, r.role, r.doc, r.origin, r.line, r.key
])
