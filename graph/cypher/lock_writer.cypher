// Held, uncommitted, for as long as one writes: a second writer waits here, and is told that another one writes.
MATCH (w:Writer {name: 'writer'}) SET w.held = true RETURN w.name
