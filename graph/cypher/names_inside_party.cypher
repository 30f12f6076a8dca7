// Organisations with this text inside a comparison form, a page of them.
MATCH (n:Party) WHERE n.form CONTAINS $text AND n.form STARTS WITH 'o' AND n.number > $after
RETURN n.number ORDER BY n.number LIMIT $size
