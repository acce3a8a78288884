"""Lots, their owners, holds and recalls."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in _NEW_COLUMNS:
        op.add_column(table, _text(column, server_default=""))
    _lots()
    _balances()
    _terms()
    _recalls()


def downgrade() -> None:
    op.drop_index("movement_of_lot", "movement")
    for table in (
        "recalled_lot",
        "recall",
        "rotation",
        "slot_terms",
        "lot_balance",
        "lot_change",
        "lot",
    ):
        op.drop_table(table)
    for table, column in reversed(_NEW_COLUMNS):
        op.drop_column(table, column)


_NEW_COLUMNS = (
    ("movement", "lot"),
    ("receipt", "lot"),
    ("pick", "lot"),
    ("order_line", "owner"),
    ("order_line", "lot"),
)


def _text(name: str, **how: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, **how)  # type: ignore[arg-type]


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False)


def _lots() -> None:
    op.create_table(
        "lot",
        _number(),
        sa.Column("lot", sa.Text(), nullable=False, unique=True),
        sa.Column("sku", sa.Text(), sa.ForeignKey("sku.sku"), nullable=False),
        _text("code"),
        _text("owner"),
        _count("expires_ms", nullable=True),
        _count("received_ms"),
        _text("state"),
        _text("by"),
        _text("reason"),
        _count("changed_ms"),
    )
    op.create_index("lot_of_sku", "lot", ["sku", "code"])
    op.create_index("lot_of_code", "lot", ["code"])
    not_free = sa.text("state != 'released'")
    op.create_index(
        "lot_not_free", "lot", ["number"], sqlite_where=not_free, postgresql_where=not_free
    )
    counted = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "lot_change",
        sa.Column("number", counted, primary_key=True),
        sa.Column("lot", sa.Text(), sa.ForeignKey("lot.lot"), nullable=False),
        _text("state"),
        _text("by"),
        _text("reason"),
        _count("at_ms"),
    )
    op.create_index("ix_lot_change_lot", "lot_change", ["lot"])


def _balances() -> None:
    op.create_table(
        "lot_balance",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("sku", sa.Text(), sa.ForeignKey("sku.sku"), primary_key=True),
        sa.Column("lot", sa.Text(), sa.ForeignKey("lot.lot"), primary_key=True),
        _count("quantity"),
    )
    op.create_index("ix_lot_balance_lot", "lot_balance", ["lot"])
    of_lot = sa.text("lot != ''")
    op.create_index(
        "movement_of_lot",
        "movement",
        ["lot", "number"],
        sqlite_where=of_lot,
        postgresql_where=of_lot,
    )


def _terms() -> None:
    op.create_table(
        "slot_terms",
        sa.Column("slot", sa.Text(), primary_key=True),
        _text("sku"),
        _count("blocked"),
        _text("owner"),
        _text("lot"),
        _count("rank_ms", nullable=True),
        _count("window_ms"),
    )
    op.create_table(
        "rotation",
        sa.Column("sku", sa.Text(), primary_key=True),
        _text("rule"),
        _count("window_ms"),
    )


def _recalls() -> None:
    op.create_table(
        "recall",
        _number(),
        sa.Column("recall", sa.Text(), nullable=False, unique=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        _text("body"),
    )
    op.create_table(
        "recalled_lot",
        sa.Column("lot", sa.Text(), sa.ForeignKey("lot.lot"), primary_key=True),
        sa.Column("number", sa.BigInteger(), sa.ForeignKey("recall.number"), primary_key=True),
    )
