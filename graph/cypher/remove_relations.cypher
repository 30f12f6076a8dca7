// Relations of the staged run that a later one of the same run replaces.
UNWIND $rows AS row
MATCH ()-[r:RELATION {kh: row[1]}]->() WHERE r.id = row[0] DELETE r
