"""What operators want of the fleet, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intervention",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("intervention", sa.Text(), nullable=False, unique=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "state", "by")),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("intervention_change", "intervention", ["change"])
    in_force = sa.text("in_force")
    op.create_index(
        "intervention_in_force",
        "intervention",
        ["number"],
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
    op.create_table(
        "intervention_subject",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column(
            "number",
            sa.BigInteger(),
            sa.ForeignKey("intervention.number"),
            primary_key=True,
            autoincrement=False,
        ),
    )


def downgrade() -> None:
    op.drop_table("intervention_subject")
    op.drop_table("intervention")
