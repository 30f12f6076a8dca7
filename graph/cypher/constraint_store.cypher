// A Store is found, and made once, by its key.
CREATE CONSTRAINT liancheng_store IF NOT EXISTS FOR (n:Store) REQUIRE n.name IS UNIQUE
