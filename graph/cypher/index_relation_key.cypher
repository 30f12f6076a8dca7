// Finds the relation of a record's key, one index per type.
CREATE INDEX liancheng_key_RELATION IF NOT EXISTS FOR ()-[r:RELATION]-() ON (r.kh)
