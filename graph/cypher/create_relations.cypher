// New versions of relations of one type, sorted by endpoint. Each has a number of its own, given out by the one
// writer; the step before says that this transaction is not done yet.
UNWIND $rows AS row
MATCH (a:Party {number: row[0]})
MATCH (b:Party {number: row[1]})
CREATE (a)-[:RELATION {
  id: row[2], source: row[3], kh: row[4], key: row[5], mark: row[6], strong: row[7], valid_from: row[8],
  valid_to: row[9], zone: row[10], share: row[11], votes: row[12], role: row[13], doc: row[14], ends: row[15],
  origin: row[16], line: row[17], from_gen: $gen
}]->(b)
RETURN count(*)
