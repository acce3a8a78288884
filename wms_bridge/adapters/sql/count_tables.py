"""The tables of counting: whole records as JSON beside the columns that are asked for."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, NUMBER, partial_index

COUNT_CASE = Table(
    "count_case",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("case", Text, nullable=False, unique=True),
    Column("slot", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("settled_ms", BigInteger, index=True),
    Column("body", Text, nullable=False),
)
Index("case_of_slot", COUNT_CASE.c.slot, COUNT_CASE.c.number)
partial_index("open_case", COUNT_CASE.c.number, where=COUNT_CASE.c.open)

SLOT_COUNT = Table(
    "slot_count",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("case", Text, ForeignKey("count_case.case"), nullable=False, index=True),
    Column("body", Text, nullable=False),
)

COUNT_TASK = Table(
    "count_task",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("count", Text, nullable=False, index=True),
    Column("station", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)
partial_index("open_count", COUNT_TASK.c.station, COUNT_TASK.c.number, where=COUNT_TASK.c.open)

COUNT_DECISION = Table(
    "count_decision",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("case", Text, ForeignKey("count_case.case"), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

EPCIS_EVENT = Table(
    "epcis_event",
    METADATA,
    Column("number", NUMBER, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("event_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
