// A staged run passes to the writer that goes on with it.
MATCH (g:Generation {number: $number}) WHERE g.recorded_at IS NULL SET g.owner = $owner RETURN g.step
