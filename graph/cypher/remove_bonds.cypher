// Bonds of the staged run that no longer hold.
UNWIND $ids AS id
MATCH (b:Bond {id: id}) DELETE b
