// Texts of human decisions.
MATCH (v:Verdict) RETURN v.id, v.mention, v.reason
