// Every version of the records of one key.
MATCH (r:Record {kh: $kh}) WHERE r.source = $source
OPTIONAL MATCH (o:Origin {number: r.origin})
RETURN r.id, r.kind, r.source, r.kh, r.key, r.mark, r.hash, r.from_gen, r.to_gen, r.state, r.party, r.strong, r.own, r.doc,
       o.doc, r.line
ORDER BY r.id
