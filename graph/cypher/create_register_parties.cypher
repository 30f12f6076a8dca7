// New parties of one kind, each with the register row by which it became known: one node for both.
UNWIND $rows AS row
CREATE (p:Party:LABEL:Record:RegisterRow {
  number: row[0], name: row[1], form: row[2], ident: row[3], local: row[4], gen: $gen,
  id: row[5], kind: 1, source: row[6], kh: row[7], key: row[8], mark: row[9], state: row[10], party: row[0],
  strong: row[11], doc: row[12], origin: row[13], line: row[14], from_gen: $gen
})
RETURN collect(row[0]), collect(id(p))
