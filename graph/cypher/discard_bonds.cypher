// Undo a staged run.
MATCH (b:Bond) WHERE b.from_gen = $gen DELETE b
