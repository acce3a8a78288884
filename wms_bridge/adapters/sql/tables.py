"""The tables. The migrations make them; a test keeps the two in step."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()

# SQLite counts by itself only in a column of type INTEGER.
NUMBER = BigInteger().with_variant(Integer, "sqlite")


def partial_index(name: str, *columns: ColumnElement[object], where: ColumnElement[bool]) -> Index:
    """An index of those rows only that ``where`` holds for."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


SKU = Table(
    "sku",
    METADATA,
    Column("sku", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("size_class", Text),
    Column("velocity_class", Text),
    Column("weight_g", BigInteger),
    Column("case_quantity", BigInteger),
    Column("piece_value", Float),
)

RULE = Table(
    "floor_rule",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("rule", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("set_ms", BigInteger, nullable=False),
)

POLICY = Table(
    "routing_policy",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("set_ms", BigInteger, nullable=False),
)

REQUEST = Table(
    "request",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

ORDER = Table(
    "pick_order",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("order", Text, nullable=False, unique=True),
    Column("body_hash", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger),
    Column("status", Text, nullable=False, index=True),
    Column("completed_ms", BigInteger),
    Column("lines", Integer, nullable=False),
    Column("lines_closed", Integer, nullable=False),
    Column("pieces", BigInteger, nullable=False),
    Column("picked", BigInteger, nullable=False),
    Column("short", BigInteger, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("changes", Integer, nullable=False, server_default="0"),
)

LINE = Table(
    "order_line",
    METADATA,
    Column("line", Text, primary_key=True),
    Column("order", Text, ForeignKey("pick_order.order"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("sku", Text, ForeignKey("sku.sku"), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("picked", BigInteger, nullable=False),
    Column("short", BigInteger, nullable=False),
    Column("shown", BigInteger, nullable=False),
    Column("reason", Text),
    Column("flow", Text, nullable=False, server_default="goods_to_person"),
    Column("owner", Text, nullable=False, server_default=""),
    Column("lot", Text, nullable=False, server_default=""),
    CheckConstraint("picked + short + shown <= quantity", name="line_not_exceeded"),
)
Index("order_line_of_sku", LINE.c.sku)

MOVEMENT = Table(
    "movement",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("from_account", Text, nullable=False),
    Column("to_account", Text, nullable=False),
    Column("sku", Text, ForeignKey("sku.sku"), nullable=False),
    Column("quantity", BigInteger, CheckConstraint("quantity > 0"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("lot", Text, nullable=False, server_default=""),
)

Index("movement_from", MOVEMENT.c.from_account, MOVEMENT.c.at_ms)
Index("movement_to", MOVEMENT.c.to_account, MOVEMENT.c.at_ms)

BALANCE = Table(
    "balance",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("sku", Text, ForeignKey("sku.sku"), primary_key=True, index=True),
    Column("quantity", BigInteger, nullable=False),
)

PICK = Table(
    "pick",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("pick", Text, nullable=False, unique=True),
    Column("visit", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("pod", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("line", Text, ForeignKey("order_line.line"), nullable=False),
    Column("sku", Text, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("robot", Text, nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("quantity", BigInteger),
    Column("reason", Text),
    Column("confirmed_ms", BigInteger),
    Column("failed_ms", BigInteger),
    Column("withdrawn_ms", BigInteger),
    Column("lot", Text, nullable=False, server_default=""),
)
Index("pick_of_slot", PICK.c.slot)
Index("pick_of_order", PICK.c.order)
partial_index("open_pick", PICK.c.station, PICK.c.number, where=PICK.c.confirmed_ms.is_(None))

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("receipt", Text, nullable=False, unique=True),
    Column("body_hash", Text, nullable=False),
    Column("sku", Text, ForeignKey("sku.sku"), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("put", BigInteger, nullable=False),
    Column("shown", BigInteger, nullable=False),
    Column("completed_ms", BigInteger),
    Column("lot", Text, nullable=False, server_default=""),
    CheckConstraint("put + shown <= quantity", name="receipt_not_exceeded"),
)
partial_index("open_receipt", RECEIPT.c.number, where=RECEIPT.c.completed_ms.is_(None))

PUT = Table(
    "put",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("put", Text, nullable=False, unique=True),
    Column("visit", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("pod", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("receipt", Text, ForeignKey("receipt.receipt"), nullable=False, index=True),
    Column("sku", Text, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("robot", Text, nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("quantity", BigInteger),
    Column("confirmed_ms", BigInteger),
)
Index("put_of_slot", PUT.c.slot)
partial_index("open_put", PUT.c.station, PUT.c.number, where=PUT.c.confirmed_ms.is_(None))
STATION = Table(
    "station",
    METADATA,
    Column("station", Text, primary_key=True),
    Column("closed", Boolean, nullable=False),
    Column("at_once", Boolean, nullable=False),
    Column("changed_ms", BigInteger),
)

FEED = Table(
    "feed",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("message", Text, nullable=False, unique=True),
    Column("order", Text, ForeignKey("pick_order.order")),
    Column("body", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("delivered_ms", BigInteger),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("dead_ms", BigInteger),
    Column("receipt", Text, ForeignKey("receipt.receipt", name="outbox_receipt")),
    Column("slot", Text),
    Column("flying_ms", BigInteger),
    Column("outcome", Text, nullable=False, server_default=""),
)
partial_index("pending_message", OUTBOX.c.number, where=OUTBOX.c.delivered_ms.is_(None))
partial_index("dead_message", OUTBOX.c.dead_ms, where=OUTBOX.c.dead_ms.is_not(None))

DISCREPANCY = Table(
    "discrepancy",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("pick", Text, ForeignKey("pick.pick"), nullable=False),
    Column("station", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("books", BigInteger, nullable=False),
    Column("found", BigInteger, nullable=False),
)

TALLY = Table(
    "tally",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
