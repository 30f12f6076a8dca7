// The last generation: what a new one counts on from.
MATCH (g:Generation) RETURN g.number, g.next_record, g.next_party ORDER BY g.number DESC LIMIT 1
