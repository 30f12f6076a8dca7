// A page of parties by number, each with the records that name it, and where there are none whom its relations name.
MATCH (p:Party) WHERE p.number > $after AND p.number <= $last
WITH p ORDER BY p.number
WITH p, COLLECT {
  MATCH (r:Record)-[:NAMES]->(p) WHERE r.from_gen <= $known
  RETURN [r.id, r.kind, r.source, r.kh, r.key, r.strong, r.to_gen, r.doc] LIMIT $hub
} + CASE WHEN p:Record AND p.from_gen <= $known
    THEN [[p.id, p.kind, p.source, p.kh, p.key, p.strong, p.to_gen, p.doc]] ELSE [] END AS records
RETURN collect([
  p.number,
  records,
  CASE WHEN size(records) = 0 THEN
    COLLECT { MATCH (p)-[r]->() WHERE r.from_gen <= $known RETURN [r.id, r.ends] LIMIT $hub }
    + COLLECT { MATCH (:Party)-[r]->(p) WHERE r.from_gen <= $known RETURN [r.id, r.ends] LIMIT $hub }
  ELSE [] END
])
