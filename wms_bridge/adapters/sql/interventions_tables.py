"""The tables for interventions: whole records as JSON beside the columns that are asked for."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text

from wms_bridge.adapters.sql.tables import METADATA, partial_index

INTERVENTION = Table(
    "intervention",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("intervention", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
Index("intervention_change", INTERVENTION.c.change)
partial_index("intervention_in_force", INTERVENTION.c.number, where=INTERVENTION.c.in_force)

INTERVENTION_SUBJECT = Table(
    "intervention_subject",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column(
        "number",
        BigInteger,
        ForeignKey("intervention.number"),
        primary_key=True,
        autoincrement=False,
    ),
)
