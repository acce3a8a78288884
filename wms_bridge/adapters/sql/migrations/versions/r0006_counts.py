"""Counts: cases of slots, what was seen, people's counts, decisions, evidence, EPCIS events."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = (
    "epcis_event",
    "evidence",
    "count_decision",
    "count_task",
    "slot_count",
    "count_case",
)
_INDEXES = (
    ("movement_from", "movement", ["from_account", "at_ms"]),
    ("movement_to", "movement", ["to_account", "at_ms"]),
    ("pick_of_slot", "pick", ["slot"]),
    ("put_of_slot", "put", ["slot"]),
)


def upgrade() -> None:
    op.add_column("sku", sa.Column("piece_value", sa.Float(), nullable=True))
    op.add_column("outbox", sa.Column("slot", sa.Text(), nullable=True))
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)
    _cases()
    _seen()
    _tasks()
    _decisions()
    _kept()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    for name, table, _ in _INDEXES:
        op.drop_index(name, table)
    op.execute(sa.text("DELETE FROM outbox WHERE slot IS NOT NULL"))
    op.drop_column("outbox", "slot")
    op.drop_column("sku", "piece_value")


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("number", kind, primary_key=True)


def _text(name: str, *more: sa.ForeignKey, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *more, nullable=False, unique=unique)


def _cases() -> None:
    op.create_table(
        "count_case",
        _number(),
        _text("case", unique=True),
        _text("slot"),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=True),
        _text("body"),
    )
    op.create_index("ix_count_case_settled_ms", "count_case", ["settled_ms"])
    op.create_index("case_of_slot", "count_case", ["slot", "number"])
    op.create_index(
        "open_case",
        "count_case",
        ["number"],
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )


def _seen() -> None:
    op.create_table(
        "slot_count",
        _number(),
        _text("digest", unique=True),
        _text("case", sa.ForeignKey("count_case.case")),
        _text("body"),
    )
    op.create_index("ix_slot_count_case", "slot_count", ["case"])


def _tasks() -> None:
    op.create_table(
        "count_task",
        _number(),
        _text("count"),
        _text("station"),
        sa.Column("open", sa.Boolean(), nullable=False),
        _text("body"),
    )
    op.create_index("ix_count_task_count", "count_task", ["count"])
    op.create_index(
        "open_count",
        "count_task",
        ["station", "number"],
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )


def _decisions() -> None:
    op.create_table(
        "count_decision",
        _number(),
        _text("case", sa.ForeignKey("count_case.case")),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("action"),
        _text("by"),
        _text("reason"),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_count_decision_case", "count_decision", ["case"])


def _kept() -> None:
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.Text(), primary_key=True),
        _text("media_type"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "epcis_event",
        _number(),
        _text("hash", unique=True),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        _text("body"),
    )
