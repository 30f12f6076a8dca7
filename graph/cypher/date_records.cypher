// Exits that count from the publication get its time.
UNWIND $rows AS row
MATCH (r:Record {id: row[0]}) SET r.doc = row[1], r.hash = row[2], r.own = row[3] REMOVE r:Pending
