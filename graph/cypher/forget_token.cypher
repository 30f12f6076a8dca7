// A run that is discarded can't be gone on with.
MATCH (g:Generation {number: $number}) SET g.token = '' RETURN g.first_record, g.next_record, g.first_party
