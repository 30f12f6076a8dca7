// The first query of each writing transaction: done once, by the one writer, also if it has to be sent again.
MATCH (g:Generation {number: $number}) WHERE g.owner = $owner AND g.step = $step SET g.step = $step + 1 RETURN g.step
