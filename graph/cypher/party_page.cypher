// A page of parties by number, each with its mentions; of a hub only so many relations that it is known as one. Whom a
// relation names is read where no record names the party.
MATCH (p:Party) WHERE p.number > $after AND p.number <= $last
WITH p ORDER BY p.number
WITH p, NOT p:Record AND NOT EXISTS { (:Record)-[:NAMES]->(p) } AS bare
RETURN collect([
  p.number,
  COLLECT { MATCH (r:Record)-[:NAMES]->(p) WHERE r.from_gen <= $known
            RETURN [r.id, r.kind, r.source, r.kh, r.key, r.strong, r.to_gen, r.doc] LIMIT $hub }
    + CASE WHEN p:Record AND p.from_gen <= $known
           THEN [[p.id, p.kind, p.source, p.kh, p.key, p.strong, p.to_gen, p.doc]] ELSE [] END,
  COLLECT { MATCH (p)-[r]->() WHERE r.from_gen <= $known
            RETURN [r.id, r.source, r.kh, r.key, r.strong, r.to_gen, CASE WHEN bare THEN r.ends END] LIMIT $hub },
  COLLECT { MATCH (:Party)-[r]->(p) WHERE r.from_gen <= $known
            RETURN [r.id, r.source, r.kh, r.key, r.strong, r.to_gen, CASE WHEN bare THEN r.ends END] LIMIT $hub }
])
