// A Writer is found, and made once, by its key.
CREATE CONSTRAINT liancheng_writer IF NOT EXISTS FOR (n:Writer) REQUIRE n.name IS UNIQUE
