"""Runs the migrations over the connection the store hands in."""

from alembic import context

from wms_bridge.adapters.sql.numbering import number_without_gaps
from wms_bridge.adapters.sql.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
    number_without_gaps(connection)
