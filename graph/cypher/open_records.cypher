// A page of the open versions of a source that were there before the run, by number.
MATCH (r:Record)
WHERE r.id > $after AND r.id < $first AND r.source = $source AND r.to_gen IS NULL AND r.state <> $absent
WITH r ORDER BY r.id LIMIT $size
RETURN collect(r.id)
