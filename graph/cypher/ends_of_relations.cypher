// Whom relations of a party name, as their records say it.
UNWIND $numbers AS number
MATCH (p:Party {number: number})-[r]-(:Party) WHERE r.id IN $ids
RETURN DISTINCT r.id, r.ends
