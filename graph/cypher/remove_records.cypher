// Versions of the staged run that a later one of the same run replaces.
UNWIND $ids AS id
MATCH (r:Record {id: id}) WHERE NOT r:Party DETACH DELETE r
