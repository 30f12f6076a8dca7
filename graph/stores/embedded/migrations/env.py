"""Alembic's entry: run the revisions on the connection that `graph.stores.embedded.schema` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], target_metadata=None, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
