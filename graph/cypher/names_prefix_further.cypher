// Parties whose comparison form begins so, a page of them.
MATCH (n:Name) WHERE n.form STARTS WITH $form AND n.form <> $form
RETURN n.form, n.party ORDER BY n.form, n.party LIMIT $size
