"""Procurement red flags: indicators over contracting processes. They only ever flag; a person judges.

Sources: the Open Contracting Partnership's indicators (Cardinal), the literature on collusion screens, and SPEC 8.
"""
