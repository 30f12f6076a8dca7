// A Party is found, and made once, by its key.
CREATE CONSTRAINT liancheng_party IF NOT EXISTS FOR (n:Party) REQUIRE n.number IS UNIQUE
