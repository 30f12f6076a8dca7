// What humans said of mentions, in force at a generation.
MATCH (v:Verdict) WHERE v.from_gen <= $known AND (v.to_gen IS NULL OR v.to_gen > $known)
RETURN v.source, v.kh, v.role, v.mention, v.party, v.differs, v.own, v.tier, v.decided_by
ORDER BY v.id
