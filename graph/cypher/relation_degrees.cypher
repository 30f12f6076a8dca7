// Up to which party a page of relations goes, and how many relations it has.
MATCH (p:Party) WHERE p.number > $after
WITH p ORDER BY p.number LIMIT $size
RETURN max(p.number), coalesce(sum(COUNT { (p)-->() }), 0)
