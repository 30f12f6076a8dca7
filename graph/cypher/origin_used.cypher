// Whether a row of a page of numbers comes from one of these files.
MATCH (r:Record) WHERE r.id > $low AND r.id <= $high AND r.origin IN $origins AND NOT r.id IN $changed
RETURN collect(DISTINCT r.origin)
