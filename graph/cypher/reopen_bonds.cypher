// Undo a staged run.
MATCH (b:Bond) WHERE b.to_gen = $gen REMOVE b.to_gen
