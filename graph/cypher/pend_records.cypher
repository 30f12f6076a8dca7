// Versions whose exit counts from the publication, whose time is not known yet.
UNWIND $ids AS id
MATCH (r:Record {id: id}) SET r:Pending
