"""The tables for alarms and what became of them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, partial_index


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


# Columns with a default came with the second making of this table.
ALARM = Table(
    "alarm",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    _count("number"),
    _text("severity", "medium"),
    _text("state", "normal"),
    _count("occurrences"),
    _count("raised_ms"),
    _count("change"),
    _count("wanted_change"),
    _count("shelf_change"),
    _text("acknowledged_by"),
    Column("acknowledged_ms", BigInteger),
    Column("shelved_until_ms", BigInteger),
    _text("shelved_by"),
    _text("shelved_reason"),
)
Index("alarm_number", ALARM.c.number, unique=True)
Index("alarm_newest", ALARM.c.changed_ms, ALARM.c.number)
Index("alarm_of_state", ALARM.c.state, ALARM.c.changed_ms)
partial_index(
    "alarm_shelved", ALARM.c.shelved_until_ms, where=ALARM.c.shelved_until_ms.is_not(None)
)

ALARM_CHANGE = Table(
    "alarm_change",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("alarm", BigInteger, ForeignKey("alarm.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("shelved", Boolean, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
)
Index("change_of_alarm", ALARM_CHANGE.c.alarm, ALARM_CHANGE.c.number)
Index("alarm_change_at", ALARM_CHANGE.c.at_ms)
