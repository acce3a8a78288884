"""Numbers without gaps on PostgreSQL.

SQLite numbers a row one above the highest. A PostgreSQL sequence does not: a number drawn by a
transaction that fails is never given again, and readers of the feed would wait for it for ever.
With one writer the highest number is known, so PostgreSQL is told to do as SQLite does.
"""

from sqlalchemy import Connection

_FUNCTION = """
CREATE OR REPLACE FUNCTION podherd_next_number(numbered regclass) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    highest bigint;
BEGIN
    EXECUTE 'SELECT max(number) FROM ' || numbered::text INTO highest;
    RETURN coalesce(highest, 0) + 1;
END
$$
"""
_BY_SEQUENCE = """
SELECT quote_ident(table_name) AS name,
       pg_get_serial_sequence(quote_ident(table_name), 'number') AS sequence
FROM information_schema.columns
WHERE table_schema = current_schema() AND column_name = 'number'
  AND left(column_default, 8) = 'nextval('
"""


def number_without_gaps(connection: Connection) -> None:
    """Have each column ``number`` that a sequence fills filled with one above the highest. Does
    nothing on SQLite, which does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    found = connection.exec_driver_sql(_BY_SEQUENCE).all()
    if found:
        connection.exec_driver_sql(_FUNCTION)
    for table, sequence in found:
        change = f"ALTER TABLE {table} ALTER number"
        connection.exec_driver_sql(f"{change} SET DEFAULT podherd_next_number('{table}')")
        connection.exec_driver_sql(f"DROP SEQUENCE {sequence}")
