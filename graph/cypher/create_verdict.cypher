// A human's link, or that a mention is not of a party.
MERGE (v:Verdict {id: $id})
ON CREATE SET v.source = $source, v.kh = $kh, v.role = $role, v.mention = $mention, v.party = $party,
  v.differs = $differs, v.own = $own, v.tier = $tier, v.decided_by = $decided_by, v.reason = $reason,
  v.recorded_at = $recorded, v.from_gen = $gen
