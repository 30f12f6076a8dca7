// These bonds no longer hold from this generation on.
UNWIND $ids AS id
MATCH (b:Bond {id: id}) SET b.to_gen = $gen
