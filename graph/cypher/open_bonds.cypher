// Bonds in force: parties joined by a record that bears identifiers of both.
MATCH (b:Bond) WHERE b.to_gen IS NULL
RETURN b.id, b.a, b.b, b.record, b.source, b.kh, b.role, b.carried
