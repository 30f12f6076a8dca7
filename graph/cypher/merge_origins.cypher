// Files from which rows come.
UNWIND $rows AS row
MERGE (o:Origin {number: row[0]}) ON CREATE SET o.doc = row[1]
