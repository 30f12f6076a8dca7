// New versions of register rows of parties that were known before. Each has a number of its own, given out by the one
// writer; the step before says that this transaction is not done yet.
UNWIND $rows AS row
MATCH (p:Party {number: row[0]})
CREATE (:Record:RegisterRow {
  id: row[1], kind: 1, source: row[2], kh: row[3], key: row[4], mark: row[5], state: row[6], party: row[0],
  strong: row[7], doc: row[8], origin: row[9], line: row[10], from_gen: $gen
})-[:NAMES]->(p)
RETURN count(*)
