// These versions are no longer in force from this generation on.
UNWIND $ids AS id
MATCH (r:Record {id: id}) SET r.to_gen = $gen
