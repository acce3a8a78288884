"""What was foretold of orders, and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _predictions()
    _outcomes()
    op.create_index("order_line_of_sku", "order_line", ["sku"])


def _predictions() -> None:
    op.create_table(
        "order_prediction",
        sa.Column("order", sa.Text(), primary_key=True),
        sa.Column("at_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("base_ms", sa.BigInteger(), nullable=False),
        sa.Column("p10_ms", sa.BigInteger(), nullable=False),
        sa.Column("p50_ms", sa.BigInteger(), nullable=False),
        sa.Column("p90_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("raw", sa.Float()),
        sa.Column("risk", sa.Float()),
        sa.Column("base_rate", sa.Float()),
        sa.Column("age_rule", sa.Float()),
        sa.Column("age_p50_ms", sa.BigInteger(), nullable=False),
        sa.Column("finished_ms", sa.BigInteger()),
        sa.Column("late", sa.Boolean()),
    )
    op.create_index("prediction_by_finish", "order_prediction", ["finished_ms"])
    still_open = sa.text("finished_ms IS NULL")
    op.create_index(
        "open_prediction",
        "order_prediction",
        ["order"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _outcomes() -> None:
    op.create_table(
        "order_outcome",
        sa.Column("order", sa.Text(), primary_key=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("finished_ms", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("short", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
    )
    op.create_index("outcome_by_finish", "order_outcome", ["finished_ms"])


def downgrade() -> None:
    op.drop_index("order_line_of_sku", "order_line")
    for name in ("order_outcome", "order_prediction"):
        op.drop_table(name)
