// Undo a staged run: its parties go, after everything that refers to them.
MATCH (p:Party) WHERE p.number >= $first
WITH p LIMIT $size DETACH DELETE p RETURN count(*)
