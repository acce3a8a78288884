"""The tables for serials and packs. Texts that come again and again (kinds, places, lots) are kept
once and numbered: there may be tens of millions of things."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from wms_bridge.adapters.sql.tables import METADATA, MOVEMENT, NUMBER

Index("movement_of_sku", MOVEMENT.c.sku, MOVEMENT.c.number)

KIND = Table(
    "trace_kind",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("kind", Text, nullable=False, unique=True),
    Column("sku", Text, index=True),
)
PLACE = Table(
    "trace_place",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("place", Text, nullable=False, unique=True),
)
LOT = Table(
    "trace_lot",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("lot", Text, nullable=False, unique=True),
)
OCCURRENCE = Table(
    "trace_occurrence",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("what", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

# A thing on an account has a place, one in a pack a parent: each is in one of the two indexes.
THING = Table(
    "trace_thing",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("kind", Integer, ForeignKey("trace_kind.number"), nullable=False),
    Column("serial", Text, nullable=False),
    Column("lot", Integer, ForeignKey("trace_lot.number")),
    Column("place", Integer, ForeignKey("trace_place.number")),
    Column("parent", NUMBER, ForeignKey("trace_thing.number")),
    Column("occurrence", NUMBER, ForeignKey("trace_occurrence.number"), nullable=False),
    UniqueConstraint("kind", "serial", name="thing_once"),
)
for _name in ("place", "parent", "lot"):
    _filled = THING.c[_name].is_not(None)
    Index(f"thing_{_name}", THING.c[_name], sqlite_where=_filled, postgresql_where=_filled)

STAY = Table(
    "trace_stay",
    METADATA,
    Column("thing", NUMBER, ForeignKey("trace_thing.number"), primary_key=True),
    Column("occurrence", NUMBER, ForeignKey("trace_occurrence.number"), primary_key=True),
    Column("place", Integer, ForeignKey("trace_place.number")),
    Column("parent", NUMBER, ForeignKey("trace_thing.number")),
    sqlite_with_rowid=False,
)
_in_pack = STAY.c.parent.is_not(None)
Index("stay_in_parent", STAY.c.parent, sqlite_where=_in_pack, postgresql_where=_in_pack)

CONTENT = Table(
    "trace_content",
    METADATA,
    Column("pack", NUMBER, ForeignKey("trace_thing.number"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("lot", Text, primary_key=True, index=True),
    Column("quantity", BigInteger, nullable=False),
)
CONTENT_CHANGE = Table(
    "trace_content_change",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("pack", NUMBER, ForeignKey("trace_thing.number"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("difference", BigInteger, nullable=False),
    Column("occurrence", NUMBER, ForeignKey("trace_occurrence.number"), nullable=False),
)
SIGHTING = Table(
    "trace_sighting",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("evidence", Text, nullable=False, unique=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
SEEN = Table(
    "trace_seen",
    METADATA,
    Column("thing", NUMBER, ForeignKey("trace_thing.number"), primary_key=True),
    Column("sighting", NUMBER, ForeignKey("trace_sighting.number"), primary_key=True),
    sqlite_with_rowid=False,
)
MEND = Table(
    "trace_mend",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("child", NUMBER, ForeignKey("trace_thing.number"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
)
Index("mend_state", MEND.c.state, MEND.c.number)
PICKED = Table(
    "trace_picked",
    METADATA,
    Column("movement", Text, primary_key=True),
    Column("serials", Text, nullable=False),
)
DOUBT = Table(
    "trace_doubt",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("key", Text, nullable=False),
    Column("doubt", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sku", Text),
    Column("booked", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("pieces", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
