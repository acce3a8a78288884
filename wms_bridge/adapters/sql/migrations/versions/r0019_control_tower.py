"""Alarm policies and what they did, exceptions that wait for somebody, what-if questions."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_policy",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "policy_execution",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("policy_execution_at", "policy_execution", ["at_ms"])
    op.create_table(
        "exception_item",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("exception_of_state", "exception_item", ["state", "number"])
    op.create_table(
        "whatif_run",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("whatif_of_state", "whatif_run", ["state"])


def downgrade() -> None:
    op.drop_index("whatif_of_state", "whatif_run")
    op.drop_table("whatif_run")
    op.drop_index("exception_of_state", "exception_item")
    op.drop_table("exception_item")
    op.drop_index("policy_execution_at", "policy_execution")
    op.drop_table("policy_execution")
    op.drop_table("alarm_policy")
