// The sources: number, data set, publisher, relation types that they hold.
MATCH (s:Source) RETURN s.number, s.dataset, s.source, s.types ORDER BY s.number
