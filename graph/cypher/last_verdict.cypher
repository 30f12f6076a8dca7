// What new verdicts count on from.
MATCH (v:Verdict) RETURN coalesce(max(v.id), 0)
