// The open relations of a source that were there before the run, of a page of parties.
MATCH (a:Party) WHERE a.number > $low AND a.number <= $high
MATCH (a)-[r]->(:Party) WHERE r.source = $source AND r.to_gen IS NULL AND r.id < $first
RETURN collect(r.id), collect(r.kh), collect(type(r))
