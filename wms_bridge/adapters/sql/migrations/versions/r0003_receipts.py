"""Goods received and put away; messages about them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _receipts()
    _puts()
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("order", existing_type=sa.Text(), nullable=True)
        outbox.add_column(sa.Column("receipt", sa.Text(), nullable=True))
        outbox.create_foreign_key("outbox_receipt", "receipt", ["receipt"], ["receipt"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox WHERE receipt IS NOT NULL"))
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint("outbox_receipt", type_="foreignkey")
        outbox.drop_column("receipt")
        outbox.alter_column("order", existing_type=sa.Text(), nullable=False)
    op.drop_table("put")
    op.drop_table("receipt")


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("number", kind, primary_key=True)


def _receipts() -> None:
    op.create_table(
        "receipt",
        _number(),
        sa.Column("receipt", sa.Text(), nullable=False, unique=True),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), sa.ForeignKey("sku.sku"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("put", sa.BigInteger(), nullable=False),
        sa.Column("shown", sa.BigInteger(), nullable=False),
        sa.Column("completed_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("put + shown <= quantity", name="receipt_not_exceeded"),
    )
    still_open = sa.text("completed_ms IS NULL")
    op.create_index(
        "open_receipt", "receipt", ["number"], sqlite_where=still_open, postgresql_where=still_open
    )


def _puts() -> None:
    op.create_table(
        "put",
        _number(),
        sa.Column("put", sa.Text(), nullable=False, unique=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("visit", "station", "pod", "slot")
        ),
        sa.Column("receipt", sa.Text(), sa.ForeignKey("receipt.receipt"), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("robot", sa.Text(), nullable=False),
        sa.Column("shown_ms", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_ms", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_put_receipt", "put", ["receipt"])
    still_open = sa.text("confirmed_ms IS NULL")
    op.create_index(
        "open_put",
        "put",
        ["station", "number"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
