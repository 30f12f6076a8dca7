// New versions of relations of one type, sorted by endpoint. Each has a number of its own, given out by the one
// writer; the step before says that this transaction is not done yet.
UNWIND $rows AS row
MATCH (a:Party {number: row[0]})
MATCH (b:Party {number: row[1]})
CREATE (a)-[:RELATION {
  id: row[2], source: row[3], kh: row[4], key: row[5], mark: row[6], strong: row[7], valid_from: row[8],
  valid_to: row[9], share: row[10], votes: row[11], role: row[12], doc: row[13], ends: row[14], from_gen: $gen
}]->(b)
