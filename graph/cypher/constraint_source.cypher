// A Source is found, and made once, by its key.
CREATE CONSTRAINT liancheng_source IF NOT EXISTS FOR (n:Source) REQUIRE n.number IS UNIQUE
