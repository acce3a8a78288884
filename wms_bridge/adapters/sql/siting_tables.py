"""The table for the draft of the site: one row, the record as JSON."""

from sqlalchemy import Column, Table, Text

from wms_bridge.adapters.sql.tables import METADATA

SITE_DRAFT = Table(
    "site_draft",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
