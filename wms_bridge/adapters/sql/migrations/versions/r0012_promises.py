"""Reservations, and webhooks both ways."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservation",
        sa.Column("reservation", sa.Text(), primary_key=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    held = sa.text("state = 'held'")
    op.create_index(
        "held_reservation",
        "reservation",
        ["reservation"],
        sqlite_where=held,
        postgresql_where=held,
    )
    op.create_table(
        "reserved_line",
        sa.Column(
            "reservation",
            sa.Text(),
            sa.ForeignKey("reservation.reservation"),
            primary_key=True,
        ),
        sa.Column("sku", sa.Text(), primary_key=True),
        sa.Column("granted", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_reserved_line_sku", "reserved_line", ["sku"])
    op.create_table(
        "subscription",
        sa.Column("subscription", sa.Text(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "hook_source",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("line_of_sku", "order_line", ["sku"])


def downgrade() -> None:
    op.drop_index("line_of_sku", "order_line")
    op.drop_table("hook_source")
    op.drop_table("subscription")
    op.drop_table("reserved_line")
    op.drop_table("reservation")
