// New bonds.
UNWIND $rows AS row
MERGE (b:Bond {id: row[0]})
ON CREATE SET b.a = row[1], b.b = row[2], b.record = row[3], b.source = row[4], b.kh = row[5], b.role = row[6],
  b.carried = row[7], b.from_gen = $gen
