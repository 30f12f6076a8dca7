"""Alembic scripts of the ledger, inside the package so that an installed wheel can run them."""
