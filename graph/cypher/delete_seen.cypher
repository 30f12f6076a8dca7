// Not needed after the end of a run.
MATCH (s:Seen) DELETE s
