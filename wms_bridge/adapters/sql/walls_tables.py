"""The table for put walls, and an index of what was picked where and when."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, PICK, partial_index

WALL_PLACE = Table(
    "wall_place",
    METADATA,
    Column("station", Text, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("order", Text, ForeignKey("pick_order.order"), nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
)
partial_index(
    "confirmed_pick",
    PICK.c.station,
    PICK.c.confirmed_ms,
    where=PICK.c.confirmed_ms.is_not(None),
)
