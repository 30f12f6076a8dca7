// How far the run is, in the transaction of its rows.
MATCH (g:Generation {number: $number})
SET g.staged = $staged, g.next_record = $record, g.next_party = $party, g.changes = $changes
