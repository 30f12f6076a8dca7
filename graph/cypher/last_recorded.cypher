// When the last publication was.
MATCH (g:Generation) WHERE g.recorded_at IS NOT NULL RETURN max(g.recorded_at)
