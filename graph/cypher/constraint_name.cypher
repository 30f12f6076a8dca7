// A further name of a party is kept once.
CREATE CONSTRAINT liancheng_name IF NOT EXISTS FOR (n:Name) REQUIRE (n.form, n.party) IS UNIQUE
