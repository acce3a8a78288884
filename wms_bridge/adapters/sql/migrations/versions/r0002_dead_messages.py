"""Messages that the WMS refuses for good are given up."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    refusals = sa.Column("refusals", sa.Integer(), nullable=False, server_default="0")
    op.add_column("outbox", refusals)
    op.add_column("outbox", sa.Column("dead_ms", sa.BigInteger(), nullable=True))
    given_up = sa.text("dead_ms IS NOT NULL")
    op.create_index(
        "dead_message", "outbox", ["dead_ms"], sqlite_where=given_up, postgresql_where=given_up
    )


def downgrade() -> None:
    op.drop_index("dead_message", "outbox")
    op.drop_column("outbox", "dead_ms")
    op.drop_column("outbox", "refusals")
