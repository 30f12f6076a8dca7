// The newest generations in which a bond, a human's decision or an erasure changed what rows read like.
CALL () {
  MATCH (n:Bond) WHERE n.from_gen <= $known RETURN max(n.from_gen) AS low, max(n.to_gen) AS high
  UNION ALL
  MATCH (n:Verdict) WHERE n.from_gen <= $known RETURN max(n.from_gen) AS low, max(n.to_gen) AS high
  UNION ALL
  MATCH (n:Erasure) RETURN max(n.gen) AS low, null AS high
}
RETURN low, high
