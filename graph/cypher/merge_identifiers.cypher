// Further identifiers of parties that have one.
UNWIND $rows AS row
MERGE (i:Identifier {value: row[0]}) ON CREATE SET i.party = row[1], i.gen = $gen
