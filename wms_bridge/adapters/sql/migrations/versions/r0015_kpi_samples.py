"""Key figures over time, the shifts they are told by, and orders by when they were completed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_sample",
        sa.Column("length_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("start_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    for name in ("kpi_meter", "shift_plan"):
        op.create_table(
            name,
            sa.Column("name", sa.Text(), primary_key=True),
            sa.Column("body", sa.Text(), nullable=False),
        )
    completed = sa.text("completed_ms IS NOT NULL")
    op.create_index(
        "completed_order",
        "pick_order",
        ["completed_ms"],
        sqlite_where=completed,
        postgresql_where=completed,
    )


def downgrade() -> None:
    op.drop_index("completed_order", "pick_order")
    for name in ("shift_plan", "kpi_meter", "kpi_sample"):
        op.drop_table(name)
