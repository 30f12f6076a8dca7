// Every version of the records that name parties. The row by which a party became known stands on the party itself.
UNWIND $numbers AS number
MATCH (p:Party {number: number})
CALL (p) {
  MATCH (r:Record)-[:NAMES]->(p) RETURN r
  UNION ALL
  MATCH (r:Record {id: p.id}) WHERE r = p RETURN r
}
OPTIONAL MATCH (o:Origin {number: r.origin})
RETURN r.id, r.kind, r.source, r.kh, r.key, r.mark, r.hash, r.from_gen, r.to_gen, r.state, r.party, r.strong, r.own, r.doc,
       o.doc, r.line
ORDER BY r.id
