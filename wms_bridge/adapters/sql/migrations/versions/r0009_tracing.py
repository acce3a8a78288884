"""Serials, and what is packed in what."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = (
    *("trace_picked", "trace_doubt", "trace_mend", "trace_seen", "trace_sighting"),
    *("trace_content_change", "trace_content", "trace_stay", "trace_thing"),
    *("trace_occurrence", "trace_lot", "trace_place", "trace_kind"),
)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index("movement_of_sku", "movement", ["sku", "number"])
    _names()
    _things()
    _contents()
    _evidence()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("movement_of_sku", "movement")


def _number() -> sa.Column[int]:
    return sa.Column("number", _NUMBER, primary_key=True)


def _text(name: str, *, unique: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, unique=unique, primary_key=primary_key)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _of(
    name: str, table: str, *, nullable: bool = False, primary_key: bool = False
) -> sa.Column[int]:
    small = table in ("trace_kind", "trace_place", "trace_lot")
    kind = sa.Integer() if small else _NUMBER
    key = sa.ForeignKey(f"{table}.number")
    return sa.Column(name, kind, key, nullable=nullable, primary_key=primary_key)


def _names() -> None:
    op.create_table(
        "trace_kind", _number(), _text("kind", unique=True), sa.Column("sku", sa.Text())
    )
    op.create_index("ix_trace_kind_sku", "trace_kind", ["sku"])
    op.create_table("trace_place", _number(), _text("place", unique=True))
    op.create_table("trace_lot", _number(), _text("lot", unique=True))
    op.create_table(
        "trace_occurrence",
        _number(),
        _text("key", unique=True),
        _text("what"),
        _whole("at_ms"),
        _text("digest"),
    )


def _things() -> None:
    op.create_table(
        "trace_thing",
        _number(),
        _of("kind", "trace_kind"),
        _text("serial"),
        _of("lot", "trace_lot", nullable=True),
        _of("place", "trace_place", nullable=True),
        _of("parent", "trace_thing", nullable=True),
        _of("occurrence", "trace_occurrence"),
        sa.UniqueConstraint("kind", "serial", name="thing_once"),
    )
    op.create_table(
        "trace_stay",
        _of("thing", "trace_thing", primary_key=True),
        _of("occurrence", "trace_occurrence", primary_key=True),
        _of("place", "trace_place", nullable=True),
        _of("parent", "trace_thing", nullable=True),
        sqlite_with_rowid=False,
    )
    for column in ("place", "parent", "lot"):
        _where_filled(f"thing_{column}", "trace_thing", column)
    _where_filled("stay_in_parent", "trace_stay", "parent")


def _where_filled(name: str, table: str, column: str) -> None:
    filled = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=filled, postgresql_where=filled)


def _contents() -> None:
    op.create_table(
        "trace_content",
        _of("pack", "trace_thing", primary_key=True),
        _text("kind", primary_key=True),
        _text("lot", primary_key=True),
        _whole("quantity"),
    )
    op.create_index("ix_trace_content_lot", "trace_content", ["lot"])
    op.create_table(
        "trace_content_change",
        _number(),
        _of("pack", "trace_thing"),
        _text("kind"),
        _text("lot"),
        _whole("difference"),
        _of("occurrence", "trace_occurrence"),
    )
    op.create_index("ix_trace_content_change_pack", "trace_content_change", ["pack"])


def _evidence() -> None:
    op.create_table(
        "trace_sighting",
        _number(),
        _text("evidence", unique=True),
        _whole("at_ms"),
        _text("body"),
    )
    op.create_table(
        "trace_seen",
        _of("thing", "trace_thing", primary_key=True),
        _of("sighting", "trace_sighting", primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "trace_mend", _number(), _of("child", "trace_thing"), _text("state"), _text("body")
    )
    op.create_index("ix_trace_mend_child", "trace_mend", ["child"])
    op.create_index("mend_state", "trace_mend", ["state", "number"])
    op.create_table(
        "trace_doubt",
        _number(),
        *(_text(name) for name in ("key", "doubt", "name")),
        sa.Column("sku", sa.Text()),
        *(_text(name) for name in ("booked", "seen")),
        _whole("pieces"),
        _whole("at_ms"),
    )
    op.create_table("trace_picked", _text("movement", primary_key=True), _text("serials"))
