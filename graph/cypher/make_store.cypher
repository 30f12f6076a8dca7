// Mark the database as ours.
MERGE (s:Store {name: 'liancheng'}) ON CREATE SET s.layout = $layout
MERGE (:Writer {name: 'writer'})
