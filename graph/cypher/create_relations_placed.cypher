// The same between parties that the run has made itself, by their nodes: an index entry would be looked up, and locked,
// for each end.
UNWIND $rows AS row
MATCH (a:Party) WHERE id(a) = row[0]
MATCH (b:Party) WHERE id(b) = row[1]
CREATE (a)-[:RELATION {
  id: row[2], source: row[3], kh: row[4], key: row[5], mark: row[6], strong: row[7], valid_from: row[8],
  valid_to: row[9], zone: row[10], share: row[11], votes: row[12], role: row[13], doc: row[14], ends: row[15],
  origin: row[16], line: row[17], from_gen: $gen
}]->(b)
RETURN count(*)
