"""Finds the few listed names among millions that a name could be a spelling of."""
