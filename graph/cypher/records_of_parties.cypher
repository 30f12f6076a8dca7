// Every version of the records that name parties.
UNWIND $numbers AS number
MATCH (r:Record)-[:NAMES]->(:Party {number: number})
RETURN r.id, r.kind, r.source, r.kh, r.key, r.mark, r.hash, r.from_gen, r.to_gen, r.state, r.party, r.strong, r.own, r.doc
ORDER BY r.id
