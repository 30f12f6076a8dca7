// A Record is found, and made once, by its key.
CREATE CONSTRAINT liancheng_record IF NOT EXISTS FOR (n:Record) REQUIRE n.id IS UNIQUE
