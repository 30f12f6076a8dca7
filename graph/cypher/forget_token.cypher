// A run that is discarded can't be gone on with, nor can a transaction of it that is on its way begin.
MATCH (g:Generation {number: $number}) SET g.token = '', g.owner = ''
RETURN g.first_record, g.next_record, g.first_party
