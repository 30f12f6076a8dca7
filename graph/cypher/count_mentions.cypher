// How many relations name parties, in force at a generation; one between two of them names both.
UNWIND $numbers AS number
MATCH (p:Party {number: number})
RETURN coalesce(sum(
  COUNT { (p)-[r]->() WHERE r.from_gen <= $known AND (r.to_gen IS NULL OR r.to_gen > $known) }
  + COUNT { (p)<-[r]-(:Party) WHERE r.from_gen <= $known AND (r.to_gen IS NULL OR r.to_gen > $known) }
), 0)
