// The version of the server's kernel.
CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]
