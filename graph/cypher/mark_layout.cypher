// Programs that know only earlier layouts leave the database alone from now on.
MATCH (s:Store) WHERE s.layout < $layout SET s.layout = $layout
