// Parties by a publisher's own key of them.
UNWIND $values AS value
MATCH (p:Party {local: value})
RETURN collect(value), collect(p.number), collect(coalesce(p.form, ''))
