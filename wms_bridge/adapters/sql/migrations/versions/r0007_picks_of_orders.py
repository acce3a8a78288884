"""Finding the picks of an order."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("pick_of_order", "pick", ["order"])


def downgrade() -> None:
    op.drop_index("pick_of_order", "pick")
