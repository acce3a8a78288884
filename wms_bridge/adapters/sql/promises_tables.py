"""The tables for reservations and news for the WMS: whole records as JSON beside the columns that
are asked for."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from wms_bridge.adapters.sql.tables import LINE, METADATA

RESERVATION = Table(
    "reservation",
    METADATA,
    Column("reservation", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("until_ms", BigInteger),
    Column("body", Text, nullable=False),
)
Index(
    "held_reservation",
    RESERVATION.c.reservation,
    sqlite_where=RESERVATION.c.state == "held",
    postgresql_where=RESERVATION.c.state == "held",
)

RESERVED_LINE = Table(
    "reserved_line",
    METADATA,
    Column("reservation", Text, ForeignKey("reservation.reservation"), primary_key=True),
    Column("sku", Text, primary_key=True, index=True),
    Column("granted", BigInteger, nullable=False),
)

SUBSCRIPTION = Table(
    "subscription",
    METADATA,
    Column("subscription", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

HOOK_SOURCE = Table(
    "hook_source",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

Index("line_of_sku", LINE.c.sku)
