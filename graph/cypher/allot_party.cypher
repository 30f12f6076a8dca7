// The next party number, given out by a decision.
MATCH (g:Generation {number: $number})
WITH g, g.next_party AS given
SET g.next_party = given + 1
RETURN given
