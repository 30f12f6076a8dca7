// Whole versions by number.
UNWIND $ids AS id
MATCH (r:Record {id: id})
RETURN r.id, r.kind, r.source, r.kh, r.key, r.mark, r.hash, r.from_gen, r.to_gen, r.state, r.party, r.strong, r.own, r.doc
ORDER BY r.id
