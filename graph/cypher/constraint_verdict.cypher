// A Verdict is found, and made once, by its key.
CREATE CONSTRAINT liancheng_verdict IF NOT EXISTS FOR (n:Verdict) REQUIRE n.id IS UNIQUE
