// These relations are no longer in force from this generation on.
UNWIND $rows AS row
MATCH ()-[r:RELATION {kh: row[1]}]->() WHERE r.id = row[0] SET r.to_gen = $gen
