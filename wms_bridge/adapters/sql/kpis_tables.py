"""The tables for key figures and shifts: whole records as JSON beside the columns that are asked
for."""

from sqlalchemy import BigInteger, Column, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, ORDER, partial_index

KPI_SAMPLE = Table(
    "kpi_sample",
    METADATA,
    Column("length_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("start_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)

KPI_METER = Table(
    "kpi_meter",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

SHIFT_PLAN = Table(
    "shift_plan",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

partial_index("completed_order", ORDER.c.completed_ms, where=ORDER.c.completed_ms.is_not(None))
