// A page of the versions of a list, by number, as columns.
MATCH (r:Record)
WHERE r.id > $after AND r.kind = 0 AND r.source IN $sources AND r.from_gen <= $known
WITH r ORDER BY r.id LIMIT $size
RETURN collect(r.id), collect(r.doc), collect(r.hash), collect(r.from_gen), collect(coalesce(r.to_gen, -1)),
       collect(r.party), collect(r.strong), collect(r.source), collect(r.kh)
