"""Orders can change and be urgent, picks be withdrawn or fail, stations be closed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    priority = sa.Column("priority", sa.Integer(), nullable=False, server_default="0")
    op.add_column("pick_order", priority)
    changes = sa.Column("changes", sa.Integer(), nullable=False, server_default="0")
    op.add_column("pick_order", changes)
    op.add_column("pick", sa.Column("failed_ms", sa.BigInteger(), nullable=True))
    op.add_column("pick", sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "station",
        sa.Column("station", sa.Text(), primary_key=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("station")
    op.drop_column("pick", "withdrawn_ms")
    op.drop_column("pick", "failed_ms")
    op.drop_column("pick_order", "changes")
    op.drop_column("pick_order", "priority")
