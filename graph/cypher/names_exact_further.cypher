// Parties whose comparison form is this one.
MATCH (n:Name) WHERE n.form = $form RETURN n.party ORDER BY n.party
