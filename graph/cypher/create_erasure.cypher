// That a person was erased.
CREATE (:Erasure {party: $party, reason: $reason, recorded_at: $recorded, gen: $gen, rows: $rows})
