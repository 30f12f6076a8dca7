"""Alembic's entry: runs on the connection that `matching.ledger.engine` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from matching.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
