// Parties by their first strong identifier.
UNWIND $values AS value
MATCH (p:Party {ident: value})
RETURN collect(value), collect(p.number), collect(coalesce(p.form, ''))
