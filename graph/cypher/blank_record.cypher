// A person is taken out of a version.
MATCH (r:Record {id: $id}) SET r.key = $key, r.own = $own, r.doc = $doc, r.origin = $origin, r.line = $line
