// An Origin is found, and made once, by its key.
CREATE CONSTRAINT liancheng_origin IF NOT EXISTS FOR (n:Origin) REQUIRE n.number IS UNIQUE
