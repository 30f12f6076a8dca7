// A Bond is found, and made once, by its key.
CREATE CONSTRAINT liancheng_bond IF NOT EXISTS FOR (n:Bond) REQUIRE n.id IS UNIQUE
