// The next generation, staged.
MERGE (g:Generation {number: $number})
ON CREATE SET g.token = $token, g.staged = 0, g.first_record = $record, g.next_record = $record,
  g.first_party = $party, g.next_party = $party, g.step = 0, g.owner = $owner, g.changes = '{}'
RETURN g.number
