"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change a store of the revision before; raise `SCHEMA` and append to `REVISIONS` with it."""
    ${upgrades if upgrades else "op.execute('SELECT 1')"}
