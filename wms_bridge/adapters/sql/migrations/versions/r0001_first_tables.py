"""First tables: catalogue, orders, books, picks, feed, outbox, alarms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "tally",
    "alarm",
    "discrepancy",
    "outbox",
    "feed",
    "pick",
    "balance",
    "movement",
    "order_line",
    "pick_order",
    "request",
    "sku",
)


def upgrade() -> None:
    _catalogue()
    _orders()
    _lines()
    _books()
    _picks()
    _outbox()
    _page()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("number", kind, primary_key=True)


def _text(name: str, *rules: SchemaItem, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *rules, nullable=nullable)


def _count(name: str, *rules: SchemaItem, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), *rules, nullable=nullable)


def _catalogue() -> None:
    op.create_table(
        "sku",
        sa.Column("sku", sa.Text(), primary_key=True),
        _text("description"),
    )
    op.create_table(
        "request",
        sa.Column("key", sa.Text(), primary_key=True),
        _text("body_hash"),
        _text("answer"),
        _count("at_ms"),
    )


def _orders() -> None:
    op.create_table(
        "pick_order",
        _number(),
        sa.Column("order", sa.Text(), nullable=False, unique=True),
        _text("body_hash"),
        _count("received_ms"),
        _count("due_ms", nullable=True),
        _text("status"),
        _count("completed_ms", nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("lines_closed", sa.Integer(), nullable=False),
        _count("pieces"),
        _count("picked"),
        _count("short"),
    )
    op.create_index("ix_pick_order_status", "pick_order", ["status"])


def _lines() -> None:
    op.create_table(
        "order_line",
        sa.Column("line", sa.Text(), primary_key=True),
        _text("order", sa.ForeignKey("pick_order.order")),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("sku", sa.ForeignKey("sku.sku")),
        _count("quantity"),
        _count("picked"),
        _count("short"),
        _count("shown"),
        _text("reason", nullable=True),
        sa.CheckConstraint("picked + short + shown <= quantity", name="line_not_exceeded"),
    )
    op.create_index("ix_order_line_order", "order_line", ["order"])


def _books() -> None:
    op.create_table(
        "movement",
        _number(),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        _text("from_account"),
        _text("to_account"),
        _text("sku", sa.ForeignKey("sku.sku")),
        _count("quantity", sa.CheckConstraint("quantity > 0")),
        _text("reason"),
        _count("at_ms"),
        _text("digest"),
    )
    op.create_table(
        "balance",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("sku", sa.Text(), sa.ForeignKey("sku.sku"), primary_key=True),
        _count("quantity"),
    )
    op.create_index("ix_balance_sku", "balance", ["sku"])


def _picks() -> None:
    op.create_table(
        "pick",
        _number(),
        sa.Column("pick", sa.Text(), nullable=False, unique=True),
        *(_text(name) for name in ("visit", "station", "pod", "slot", "order")),
        _text("line", sa.ForeignKey("order_line.line")),
        _text("sku"),
        _count("asked"),
        _text("robot"),
        _count("shown_ms"),
        _count("quantity", nullable=True),
        _text("reason", nullable=True),
        _count("confirmed_ms", nullable=True),
    )
    unconfirmed = sa.text("confirmed_ms IS NULL")
    op.create_index(
        "open_pick",
        "pick",
        ["station", "number"],
        sqlite_where=unconfirmed,
        postgresql_where=unconfirmed,
    )


def _outbox() -> None:
    op.create_table("feed", _number(), _count("at_ms"), _text("event"))
    op.create_table(
        "outbox",
        _number(),
        sa.Column("message", sa.Text(), nullable=False, unique=True),
        _text("order", sa.ForeignKey("pick_order.order")),
        _text("body"),
        _count("created_ms"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _count("next_ms"),
        _text("error"),
        _count("delivered_ms", nullable=True),
    )
    undelivered = sa.text("delivered_ms IS NULL")
    op.create_index(
        "pending_message",
        "outbox",
        ["number"],
        sqlite_where=undelivered,
        postgresql_where=undelivered,
    )


def _page() -> None:
    op.create_table(
        "discrepancy",
        _number(),
        _count("at_ms"),
        _text("pick", sa.ForeignKey("pick.pick")),
        *(_text(name) for name in ("station", "slot", "sku")),
        _count("books"),
        _count("found"),
    )
    op.create_table(
        "alarm",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        _text("text"),
        sa.Column("active", sa.Boolean(), nullable=False),
        _count("changed_ms"),
    )
    op.create_table("tally", sa.Column("name", sa.Text(), primary_key=True), _count("count"))
