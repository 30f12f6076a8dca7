// A person is taken out of a version.
MATCH (:Party {number: $party})-[r]->(:Party) WHERE r.id = $id
SET r.key = $key, r.doc = $doc, r.ends = $ends, r.role = $role, r.zone = $zone, r.origin = $origin, r.line = $line
