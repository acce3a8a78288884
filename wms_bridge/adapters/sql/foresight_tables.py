"""The tables for what was foretold of orders and what became of them."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, partial_index

PREDICTION = Table(
    "order_prediction",
    METADATA,
    Column("order", Text, primary_key=True),
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("stage", Text, nullable=False),
    Column("base_ms", BigInteger, nullable=False),
    Column("p10_ms", BigInteger, nullable=False),
    Column("p50_ms", BigInteger, nullable=False),
    Column("p90_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger),
    Column("raw", Float),
    Column("risk", Float),
    Column("base_rate", Float),
    Column("age_rule", Float),
    Column("age_p50_ms", BigInteger, nullable=False),
    Column("finished_ms", BigInteger),
    Column("late", Boolean),
)
Index("prediction_by_finish", PREDICTION.c.finished_ms)
partial_index("open_prediction", PREDICTION.c.order, where=PREDICTION.c.finished_ms.is_(None))

OUTCOME = Table(
    "order_outcome",
    METADATA,
    Column("order", Text, primary_key=True),
    Column("received_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger),
    Column("finished_ms", BigInteger, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("short", Boolean, nullable=False),
    Column("cause", Text),
    Column("subject", Text, nullable=False),
)
Index("outcome_by_finish", OUTCOME.c.finished_ms)
