"""The tables of the control tower, of alarm policies and of what-if questions: whole records as
JSON beside the columns that are asked for."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from wms_bridge.adapters.sql.tables import METADATA


def _number() -> Column[int]:
    return Column("number", BigInteger, primary_key=True, autoincrement=False)


ALARM_POLICY = Table(
    "alarm_policy",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

POLICY_EXECUTION = Table(
    "policy_execution",
    METADATA,
    _number(),
    Column("key", Text, nullable=False, unique=True),
    Column("policy", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
Index("policy_execution_at", POLICY_EXECUTION.c.at_ms)

EXCEPTION_ITEM = Table(
    "exception_item",
    METADATA,
    _number(),
    Column("key", Text, nullable=False, unique=True),
    Column("cause", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)
Index("exception_of_state", EXCEPTION_ITEM.c.state, EXCEPTION_ITEM.c.number)

WHATIF_RUN = Table(
    "whatif_run",
    METADATA,
    _number(),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
)
Index("whatif_of_state", WHATIF_RUN.c.state)
