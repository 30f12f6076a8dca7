"""The first schema: records with their generations, parties by identifiers, names to search."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE generation (
        number INTEGER PRIMARY KEY, token TEXT NOT NULL, recorded_at INTEGER, asked_at INTEGER,
        staged INTEGER NOT NULL DEFAULT 0, first_record INTEGER NOT NULL, next_party INTEGER NOT NULL)""",
    """CREATE TABLE source (
        id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, source TEXT NOT NULL, UNIQUE (dataset, source))""",
    """CREATE TABLE snapshot (
        gen INTEGER NOT NULL, position INTEGER NOT NULL, dataset TEXT NOT NULL, source TEXT NOT NULL,
        doc BLOB NOT NULL, PRIMARY KEY (gen, position)) WITHOUT ROWID""",
    """CREATE TABLE change (
        gen INTEGER NOT NULL, source INTEGER NOT NULL, added INTEGER NOT NULL, updated INTEGER NOT NULL,
        ended INTEGER NOT NULL, unchanged INTEGER NOT NULL, open INTEGER NOT NULL,
        PRIMARY KEY (gen, source)) WITHOUT ROWID""",
    """CREATE TABLE record (
        id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, source INTEGER NOT NULL, kh INTEGER NOT NULL,
        key TEXT NOT NULL, mark INTEGER NOT NULL, hash BLOB NOT NULL, from_gen INTEGER NOT NULL, to_gen INTEGER,
        state INTEGER NOT NULL, party INTEGER NOT NULL, strong INTEGER NOT NULL, other INTEGER, type TEXT,
        valid_from INTEGER, valid_to INTEGER, own BLOB, doc BLOB NOT NULL)""",
    "CREATE INDEX record_key ON record (source, kh, to_gen, mark, state)",
    "CREATE INDEX record_party ON record (party)",
    "CREATE INDEX record_other ON record (other) WHERE other IS NOT NULL",
    "CREATE INDEX record_closed ON record (to_gen) WHERE to_gen IS NOT NULL",
    "CREATE TABLE ident (value TEXT PRIMARY KEY, party INTEGER NOT NULL, gen INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE name (
        n6 TEXT NOT NULL, party INTEGER NOT NULL, gen INTEGER NOT NULL, PRIMARY KEY (n6, party)) WITHOUT ROWID""",
    """CREATE VIRTUAL TABLE infix USING fts5(
        n6, tokenize='trigram case_sensitive 1', content='', columnsize=0, detail=none)""",
    """CREATE TABLE bond (
        id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, record INTEGER NOT NULL,
        role INTEGER NOT NULL, carried INTEGER NOT NULL, from_gen INTEGER NOT NULL, to_gen INTEGER)""",
    "CREATE INDEX bond_record ON bond (record)",
    """CREATE TABLE verdict (
        id INTEGER PRIMARY KEY, source INTEGER NOT NULL, kh INTEGER NOT NULL, role INTEGER NOT NULL,
        mention TEXT NOT NULL, party INTEGER NOT NULL, differs INTEGER NOT NULL, own INTEGER, tier TEXT NOT NULL,
        decided_by TEXT NOT NULL, reason TEXT NOT NULL, recorded_at INTEGER NOT NULL, from_gen INTEGER NOT NULL,
        to_gen INTEGER)""",
    """CREATE TABLE erasure (
        id INTEGER PRIMARY KEY, party INTEGER NOT NULL, reason TEXT NOT NULL, recorded_at INTEGER NOT NULL,
        gen INTEGER NOT NULL, rows INTEGER NOT NULL)""",
    "CREATE TABLE seen (id INTEGER PRIMARY KEY, records BLOB NOT NULL)",
    "CREATE TABLE pending (record INTEGER PRIMARY KEY)",
)


def upgrade() -> None:
    """Make the tables. `docs/reference/store.md` says what each column holds."""
    for statement in _STATEMENTS:
        op.execute(statement)
