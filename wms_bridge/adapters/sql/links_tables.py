"""The tables for the connection to a WMS."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from wms_bridge.adapters.sql.tables import METADATA, NUMBER

INBOX = Table(
    "inbox",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    UniqueConstraint("source", "kind", "key", "version", "body_hash", name="inbox_once"),
)
Index("inbox_of_key", INBOX.c.source, INBOX.c.kind, INBOX.c.key, INBOX.c.number)
Index("inbox_of_state", INBOX.c.state, INBOX.c.number)

WMS_CURSOR = Table(
    "wms_cursor",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("feed", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_ms", BigInteger, nullable=False),
)

FOREIGN_MOVE = Table(
    "foreign_move",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("source", Text, nullable=False),
    Column("move", Text, nullable=False),
    Column("from_location", Text, nullable=False),
    Column("to_location", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("lot", Text, nullable=False),
    UniqueConstraint("source", "move", name="foreign_move_once"),
)

STOCK_CHECK = Table(
    "stock_check",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
