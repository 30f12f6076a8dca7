// Parties whose comparison form begins so, a page of them.
MATCH (n:Party) WHERE n.form STARTS WITH $form AND n.form <> $form
RETURN n.form, n.number ORDER BY n.form, n.number LIMIT $size
