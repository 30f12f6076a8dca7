// The first query of each writing transaction: done once, by the one writer, also if it has to be sent again.
// What never changes is set first, for the lock: only under it is it sure who owns the run.
MATCH (g:Generation {number: $number}) SET g.first_record = g.first_record
WITH g WHERE g.owner = $owner AND g.step = $step SET g.step = $step + 1 RETURN g.step
