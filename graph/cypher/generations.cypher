// All generations, the staged one too.
MATCH (g:Generation)
RETURN g.number, g.token, g.recorded_at, g.asked_at, g.staged, g.first_record, g.next_record, g.next_party,
       g.snapshots, g.changes, g.step
ORDER BY g.number
