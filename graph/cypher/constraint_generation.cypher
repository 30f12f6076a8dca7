// A Generation is found, and made once, by its key.
CREATE CONSTRAINT liancheng_generation IF NOT EXISTS FOR (n:Generation) REQUIRE n.number IS UNIQUE
