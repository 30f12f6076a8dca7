// Whether an attempt whose answer was lost had been committed.
MATCH (g:Generation {number: $number}) WHERE g.owner = $owner AND g.step = $step + 1 RETURN g.step
