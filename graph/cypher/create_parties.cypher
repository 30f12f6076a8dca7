// New parties: a node for each, labelled by what it is; `ident`, `local` and `form` find it again.
UNWIND $rows AS row
MERGE (p:Party {number: row[0]})
ON CREATE SET p:$(row[1]), p.name = row[2], p.form = row[3], p.ident = row[4], p.local = row[5], p.gen = $gen
