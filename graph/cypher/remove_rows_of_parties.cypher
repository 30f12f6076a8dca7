// The same where the version stands on its party: the party stays.
UNWIND $ids AS id
MATCH (r:Record {id: id}) WHERE r:Party
REMOVE r:Record:RegisterRow, r.id, r.kind, r.source, r.kh, r.key, r.mark, r.state, r.party, r.strong, r.doc, r.origin,
       r.line, r.from_gen, r.to_gen
