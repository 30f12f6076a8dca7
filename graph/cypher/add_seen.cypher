// Which earlier records the run named, packed.
CREATE (:Seen {gen: $gen, records: $records})
