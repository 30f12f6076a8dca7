// Mark the database as ours, for good or for trials.
MERGE (s:Store {name: 'liancheng'}) ON CREATE SET s.layout = $layout, s.trials = $trials
MERGE (:Writer {name: 'writer'})
