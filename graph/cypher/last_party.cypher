// The highest number of a party: where paging ends.
MATCH (p:Party) RETURN coalesce(max(p.number), 0)
