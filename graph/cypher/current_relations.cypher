// Open relations of these keys and one type.
UNWIND $keys AS kh
MATCH ()-[r:RELATION {kh: kh}]->() WHERE r.source = $source AND r.to_gen IS NULL
RETURN collect(r.kh), collect(r.id), collect(r.mark)
