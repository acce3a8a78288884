"""The tables for lots, owners, holds and recalls. Only pieces of known lots have a balance of their
own: the rest of what an account holds is of none."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, literal_column

from wms_bridge.adapters.sql.tables import METADATA, MOVEMENT, NUMBER, partial_index

LOT = Table(
    "lot",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("lot", Text, nullable=False, unique=True),
    Column("sku", Text, ForeignKey("sku.sku"), nullable=False),
    Column("code", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("expires_ms", BigInteger),
    Column("received_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)
Index("lot_of_sku", LOT.c.sku, LOT.c.code)
Index("lot_of_code", LOT.c.code)
partial_index("lot_not_free", LOT.c.number, where=LOT.c.state != "released")
FREE_AND_DATED = (LOT.c.state == literal_column("'released'")) & LOT.c.expires_ms.is_not(None)
"""Lots that may expire; said in the words of the index, so that it is found."""
partial_index("lot_to_expire", LOT.c.expires_ms, where=FREE_AND_DATED)

LOT_CHANGE = Table(
    "lot_change",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("lot", Text, ForeignKey("lot.lot"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

LOT_BALANCE = Table(
    "lot_balance",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("sku", Text, ForeignKey("sku.sku"), primary_key=True),
    Column("lot", Text, ForeignKey("lot.lot"), primary_key=True, index=True),
    Column("quantity", BigInteger, nullable=False),
)

partial_index("movement_of_lot", MOVEMENT.c.lot, MOVEMENT.c.number, where=MOVEMENT.c.lot != "")

SLOT_TERMS = Table(
    "slot_terms",
    METADATA,
    Column("slot", Text, primary_key=True),
    Column("sku", Text, nullable=False),
    Column("blocked", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("rank_ms", BigInteger),
    Column("window_ms", BigInteger, nullable=False),
)

ROTATION = Table(
    "rotation",
    METADATA,
    Column("sku", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("window_ms", BigInteger, nullable=False),
)

RECALL = Table(
    "recall",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("recall", Text, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    Column("body", Text, nullable=False),
)

RECALLED_LOT = Table(
    "recalled_lot",
    METADATA,
    Column("lot", Text, ForeignKey("lot.lot"), primary_key=True),
    Column("number", BigInteger, ForeignKey("recall.number"), primary_key=True),
)
