// Further names of parties that have one.
UNWIND $rows AS row
MERGE (n:Name {form: row[0], party: row[1]}) ON CREATE SET n.gen = $gen
