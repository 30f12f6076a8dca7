// Whether this database is ours: the version of its layout, and whether it is for trials.
MATCH (s:Store) RETURN s.layout, coalesce(s.trials, false)
