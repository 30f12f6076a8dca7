// Publication: from here on readers see the generation.
MATCH (g:Generation {number: $number})
SET g.recorded_at = $recorded, g.asked_at = $asked, g.snapshots = $snapshots, g.published = $published
REMOVE g.owner
RETURN g.number
