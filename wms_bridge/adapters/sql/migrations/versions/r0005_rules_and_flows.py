"""Rules of the floor, the routing policy, what it asks of SKUs, and the flow of lines."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("size_class", "velocity_class"):
        op.add_column("sku", sa.Column(name, sa.Text(), nullable=True))
    for name in ("weight_g", "case_quantity"):
        op.add_column("sku", sa.Column(name, sa.BigInteger(), nullable=True))
    flow = sa.Column("flow", sa.Text(), nullable=False, server_default="goods_to_person")
    op.add_column("order_line", flow)
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "floor_rule",
        sa.Column("number", number, primary_key=True),
        sa.Column("rule", sa.Text(), nullable=False, unique=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "routing_policy",
        sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("routing_policy")
    op.drop_table("floor_rule")
    op.drop_column("order_line", "flow")
    for name in ("case_quantity", "weight_g", "velocity_class", "size_class"):
        op.drop_column("sku", name)
