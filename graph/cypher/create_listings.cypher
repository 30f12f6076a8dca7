// New versions of records. Each has a number of its own, given out by the one writer; the step before says that this
// transaction is not done yet.
UNWIND $rows AS row
MATCH (p:Party {number: row[7]})
CREATE (:Record:Listing {
  id: row[0], kind: 0, source: row[1], kh: row[2], key: row[3], mark: row[4], hash: row[5], state: row[6],
  party: row[7], strong: row[8], own: row[9], doc: row[10], from_gen: row[11]
})-[:NAMES]->(p)
RETURN count(*)
