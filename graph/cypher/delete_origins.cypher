// Nothing comes from these files any more.
UNWIND $numbers AS number
MATCH (o:Origin {number: number}) DELETE o
