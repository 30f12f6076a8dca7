// A later link of a mention replaces the earlier one.
MATCH (v:Verdict)
WHERE v.source = $source AND v.kh = $kh AND v.role = $role AND NOT v.differs AND v.to_gen IS NULL
SET v.to_gen = $gen
