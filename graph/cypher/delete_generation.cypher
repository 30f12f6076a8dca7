// The last step of discarding a run.
MATCH (g:Generation {number: $number}) WHERE g.recorded_at IS NULL DELETE g
