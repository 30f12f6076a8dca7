// What new bonds count on from.
MATCH (b:Bond) RETURN coalesce(max(b.id), 0)
