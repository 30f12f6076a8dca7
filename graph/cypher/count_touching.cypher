// How many relations parties have, in force at a generation and at an instant; each is met once.
UNWIND $numbers AS number
MATCH (p:Party {number: number})
CALL (p) {
  MATCH (p)-[r]->(b:Party)
  WHERE r.from_gen <= $known AND (r.to_gen IS NULL OR r.to_gen > $known)
    AND ($types IS NULL OR type(r) IN $types)
    AND ($as_of IS NULL OR (coalesce(r.valid_from, $as_of) <= $as_of AND (r.valid_to IS NULL OR r.valid_to > $as_of)))
  RETURN r, p AS a, b
  UNION ALL
  MATCH (a:Party)-[r]->(p)
  WHERE NOT a.number IN $numbers AND r.from_gen <= $known AND (r.to_gen IS NULL OR r.to_gen > $known)
    AND ($types IS NULL OR type(r) IN $types)
    AND ($as_of IS NULL OR (coalesce(r.valid_from, $as_of) <= $as_of AND (r.valid_to IS NULL OR r.valid_to > $as_of)))
  RETURN r, a, p AS b
}
RETURN count(*)
