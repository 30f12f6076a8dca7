// Open versions of the records of these keys.
UNWIND $keys AS kh
MATCH (r:Record {kh: kh}) WHERE r.source = $source AND r.to_gen IS NULL
RETURN collect(r.kh), collect(r.id), collect(r.mark), collect(r.state)
