// A Identifier is found, and made once, by its key.
CREATE CONSTRAINT liancheng_identifier IF NOT EXISTS FOR (n:Identifier) REQUIRE n.value IS UNIQUE
