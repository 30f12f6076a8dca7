// Parties whose comparison form is this one.
MATCH (n:Party) WHERE n.form = $form RETURN n.number ORDER BY n.number
