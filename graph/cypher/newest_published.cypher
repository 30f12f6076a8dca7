// The newest published generation, at most the one of a time.
MATCH (g:Generation) WHERE g.recorded_at IS NOT NULL AND ($until IS NULL OR g.recorded_at <= $until)
RETURN coalesce(max(g.number), 0)
