"""Statistics for supervision, over what has been recorded."""
