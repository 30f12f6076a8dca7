// Which parties records join, in force at a generation.
MATCH (b:Bond) WHERE b.from_gen <= $known AND (b.to_gen IS NULL OR b.to_gen > $known)
RETURN b.a, b.b, b.source, b.kh, b.role
