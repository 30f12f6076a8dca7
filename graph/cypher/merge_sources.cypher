// New sources, and the relation types that they hold by now.
UNWIND $rows AS row
MERGE (s:Source {number: row[0]}) ON CREATE SET s.dataset = row[1], s.source = row[2]
SET s.types = row[3]
