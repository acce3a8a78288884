"""Places on put walls, and an index of what was picked where and when."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wall_place",
        sa.Column("station", sa.Text(), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("order", sa.Text(), sa.ForeignKey("pick_order.order"), nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
    )
    confirmed = sa.text("confirmed_ms IS NOT NULL")
    op.create_index(
        "confirmed_pick",
        "pick",
        ["station", "confirmed_ms"],
        sqlite_where=confirmed,
        postgresql_where=confirmed,
    )


def downgrade() -> None:
    op.drop_index("confirmed_pick", "pick")
    op.drop_table("wall_place")
