// The relations of parties, oldest first; each is met once, so that of a hub no more than is wanted is kept.
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
WITH r, a, b ORDER BY r.id LIMIT $limit
OPTIONAL MATCH (o:Origin {number: r.origin})
RETURN r.id, r.source, r.kh, r.key, r.mark, r.from_gen, r.to_gen, a.number, r.strong, b.number, type(r),
       r.valid_from, r.valid_to, r.zone, r.share, r.votes, r.role, r.doc, r.ends, o.doc, r.line
ORDER BY r.id
