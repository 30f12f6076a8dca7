// Parties by a further identifier.
UNWIND $values AS value
MATCH (i:Identifier {value: value})
RETURN collect(value), collect(i.party), collect('')
