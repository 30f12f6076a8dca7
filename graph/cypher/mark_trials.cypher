// This database is for trials: it may be emptied.
MATCH (s:Store) SET s.trials = true
