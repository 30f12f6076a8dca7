"""What follows from what is known: matching, rules, decisions and their ledger."""
