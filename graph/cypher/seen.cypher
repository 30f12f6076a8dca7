// The same, read by a writer that goes on.
MATCH (s:Seen) RETURN s.records
