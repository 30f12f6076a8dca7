// The mentions of parties: records that name them, relations from and to them. `$ended`: also those that ended, the
// last of these first. Of a hub only the oldest relations; from a party there are none but to parties.
UNWIND $numbers AS number
MATCH (p:Party {number: number})
CALL (p) {
  MATCH (r:Record)-[:NAMES]->(p)
  WHERE r.from_gen <= $known AND ($ended OR r.to_gen IS NULL OR r.to_gen > $known)
  RETURN 0 AS role, r.id AS id, r.kind AS kind, r.source AS source, r.kh AS kh, r.key AS key, r.strong AS strong,
         r.to_gen AS to_gen, r.doc AS doc
  UNION ALL
  MATCH (r:Record {id: p.id})
  WHERE r = p AND r.from_gen <= $known AND ($ended OR r.to_gen IS NULL OR r.to_gen > $known)
  RETURN 0 AS role, r.id AS id, r.kind AS kind, r.source AS source, r.kh AS kh, r.key AS key, r.strong AS strong,
         r.to_gen AS to_gen, r.doc AS doc
  UNION ALL
  MATCH (p)-[r]->()
  WHERE r.from_gen <= $known AND ($ended OR r.to_gen IS NULL OR r.to_gen > $known)
  WITH r, CASE WHEN r.to_gen IS NULL OR r.to_gen > $known THEN -$known ELSE 1 - r.to_gen END AS age
  ORDER BY age, r.id LIMIT $most
  RETURN 0 AS role, r.id AS id, 2 AS kind, r.source AS source, r.kh AS kh, r.key AS key, r.strong AS strong,
         r.to_gen AS to_gen, null AS doc
  UNION ALL
  MATCH (:Party)-[r]->(p)
  WHERE r.from_gen <= $known AND ($ended OR r.to_gen IS NULL OR r.to_gen > $known)
  WITH r, CASE WHEN r.to_gen IS NULL OR r.to_gen > $known THEN -$known ELSE 1 - r.to_gen END AS age
  ORDER BY age, r.id LIMIT $most
  RETURN 1 AS role, r.id AS id, 2 AS kind, r.source AS source, r.kh AS kh, r.key AS key, r.strong AS strong,
         r.to_gen AS to_gen, null AS doc
}
RETURN role, number, id, kind, source, kh, key, strong, to_gen, doc
