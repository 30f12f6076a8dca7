// New parties of one kind: `ident`, `local` and `form` find them again. Each has a number of its own, given out by the
// one writer; the step before says that this transaction is not done yet.
UNWIND $rows AS row
CREATE (p:Party:LABEL {
  number: row[0], name: row[1], form: row[2], ident: row[3], local: row[4], gen: $gen
})
RETURN collect(row[0]), collect(id(p))
