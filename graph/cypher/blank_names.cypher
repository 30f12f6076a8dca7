// Further names of a person go.
UNWIND $numbers AS number
MATCH (n:Name) WHERE n.party = number DELETE n
