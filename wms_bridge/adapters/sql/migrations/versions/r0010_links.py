"""What came from a WMS, how far we have read there, and messages under way."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = ("stock_check", "foreign_move", "wms_cursor", "inbox")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("flying_ms", sa.BigInteger(), nullable=True))
    outcome = sa.Column("outcome", sa.Text(), nullable=False, server_default="")
    op.add_column("outbox", outcome)
    _inbox()
    op.create_table(
        "wms_cursor",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("feed", sa.Text(), primary_key=True),
        _text("cursor"),
        _big("read_ms"),
    )
    _moves()
    op.create_table("stock_check", _number(), _text("source"), _big("at_ms"), _text("body"))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("outbox", "outcome")
    op.drop_column("outbox", "flying_ms")


def _inbox() -> None:
    op.create_table(
        "inbox",
        _number(),
        *(_text(name) for name in ("source", "kind", "key", "version", "body_hash", "body")),
        _big("received_ms"),
        *(_text(name) for name in ("state", "outcome", "error")),
        sa.Column("tries", sa.Integer(), nullable=False),
        _big("decided_ms"),
        sa.UniqueConstraint("source", "kind", "key", "version", "body_hash", name="inbox_once"),
    )
    op.create_index("inbox_of_key", "inbox", ["source", "kind", "key", "number"])
    op.create_index("inbox_of_state", "inbox", ["state", "number"])


def _moves() -> None:
    op.create_table(
        "foreign_move",
        _number(),
        *(_text(name) for name in ("source", "move", "from_location", "to_location", "sku")),
        *(_big(name) for name in ("quantity", "at_ms", "seen_ms")),
        _text("lot"),
        sa.UniqueConstraint("source", "move", name="foreign_move_once"),
    )


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("number", kind, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
