// A party of its own for a mention that was separated.
MERGE (p:Party {number: $number}) ON CREATE SET p:Separated, p.gen = $gen
