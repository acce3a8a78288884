"""Lots by the time they expire."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    dated = sa.text("state = 'released' AND expires_ms IS NOT NULL")
    op.create_index(
        "lot_to_expire", "lot", ["expires_ms"], sqlite_where=dated, postgresql_where=dated
    )


def downgrade() -> None:
    op.drop_index("lot_to_expire", "lot")
