// Further identifiers of a person go.
UNWIND $numbers AS number
MATCH (i:Identifier) WHERE i.party = number AND NOT i.value STARTS WITH 'k:' DELETE i
