// From which files rows come: number and what a row says of its file.
MATCH (o:Origin) RETURN o.number, o.doc ORDER BY o.number
