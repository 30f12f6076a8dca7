// Which of our indexes are there, and whether they can be used.
SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'liancheng_' RETURN name, state
