// Organisations with this text inside a comparison form, a page of them.
MATCH (n:Name) WHERE n.form CONTAINS $text AND n.form STARTS WITH 'o' AND n.party > $after
RETURN n.party ORDER BY n.party LIMIT $size
