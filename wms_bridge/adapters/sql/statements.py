"""Statements that are built once and run often: building them costs more than running them."""

from functools import cache

from sqlalchemy import (
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from wms_bridge.adapters.sql.rows import SKU_COLUMNS, Row
from wms_bridge.adapters.sql.tables import (
    BALANCE,
    FEED,
    MOVEMENT,
    OUTBOX,
    PICK,
    PUT,
    SKU,
    TALLY,
)


@cache
def select_by(table: Table, *names: str) -> Select[tuple[object, ...]]:
    """Rows of a table by the columns named; to be run with :func:`keys`."""
    return select(table).where(*(table.c[name] == bindparam(f"by_{name}") for name in names))


@cache
def update_by(table: Table, *names: str) -> Update:
    """Change the row with the values given in the columns named; to be run with :func:`keys` and
    the other columns."""
    return update(table).where(*(table.c[name] == bindparam(f"by_{name}") for name in names))


@cache
def upsert(table: Table, *names: str) -> SqliteInsert:
    """SQLite: add a row, or replace the one that has the same values in the columns named."""
    base = insert_sqlite(table)
    given = {column.name: column for column in base.excluded if column.name not in names}
    return base.on_conflict_do_update(index_elements=list(names), set_=given)


@cache
def upsert_many(table: Table, columns: tuple[str, ...], *names: str) -> PostgresqlInsert:
    """PostgreSQL: as :func:`upsert`, for many rows in one statement; to be run with a list of
    values for each column, in which no row has the key of another."""
    lists = [bindparam(name, type_=ARRAY(table.c[name].type)) for name in columns]
    rows = func.unnest(*lists).table_valued(*columns).render_derived()
    base = insert_postgresql(table).from_select(list(columns), select(rows))
    given = {name: base.excluded[name] for name in columns if name not in names}
    return base.on_conflict_do_update(index_elements=list(names), set_=given)


@cache
def insert_into(table: Table) -> Insert:
    """Add rows."""
    return insert(table)


def keys(**values: object) -> dict[str, object]:
    """Parameters of :func:`select_by` and :func:`update_by`."""
    return {f"by_{name}": value for name, value in values.items()}


def changes(row: Row, *names: str) -> dict[str, object]:
    """Parameters of :func:`update_by` that put a whole row."""
    return {f"by_{name}" if name in names else name: cell for name, cell in row.items()}


DEAD = OUTBOX.c.dead_ms.is_not(None)
PENDING = OUTBOX.c.delivered_ms.is_(None) & OUTBOX.c.dead_ms.is_(None)

# The index open_pick asks for confirmed_ms IS NULL: those withdrawn are few.
OPEN_PICK = PICK.c.confirmed_ms.is_(None) & PICK.c.withdrawn_ms.is_(None)
OPEN_PICKS = (
    select(PICK)
    .where(OPEN_PICK, PICK.c.station == bindparam("station"))
    .where(PICK.c.number > bindparam("after"))
    .order_by(PICK.c.number)
)
OPEN_PUTS = (
    select(PUT)
    .where(PUT.c.confirmed_ms.is_(None), PUT.c.station == bindparam("station"))
    .where(PUT.c.number > bindparam("after"))
    .order_by(PUT.c.number)
)
# An account stands on one side of a movement: each half by an index of its own.
MOVEMENTS_OF = (
    select(MOVEMENT)
    .where(
        or_(
            MOVEMENT.c.from_account == bindparam("account"),
            MOVEMENT.c.to_account == bindparam("account"),
        )
    )
    .where(MOVEMENT.c.at_ms >= bindparam("since"))
    .order_by(MOVEMENT.c.number)
)
PICKS_OF_SLOT = (
    select(PICK)
    .where(PICK.c.slot == bindparam("slot"))
    .where(or_(PICK.c.confirmed_ms.is_(None), PICK.c.confirmed_ms >= bindparam("since")))
    .where(or_(PICK.c.withdrawn_ms.is_(None), PICK.c.withdrawn_ms >= bindparam("since")))
    .order_by(PICK.c.number)
)
PUTS_OF_SLOT = (
    select(PUT)
    .where(PUT.c.slot == bindparam("slot"))
    .where(or_(PUT.c.confirmed_ms.is_(None), PUT.c.confirmed_ms >= bindparam("since")))
    .order_by(PUT.c.number)
)
EVENTS = (
    select(FEED)
    .where(FEED.c.number > bindparam("after"))
    .order_by(FEED.c.number)
    .limit(bindparam("most"))
)
LAST_EVENT = select(func.max(FEED.c.number))
LAST_ENTRY = select(MOVEMENT).where(
    MOVEMENT.c.number == select(func.max(MOVEMENT.c.number)).scalar_subquery()
)
KNOWN_MOVEMENTS = select(MOVEMENT.c.key).where(
    MOVEMENT.c.key.in_(bindparam("names", expanding=True))
)
KNOWN_SKUS = select(SKU.c.sku).where(SKU.c.sku.in_(bindparam("names", expanding=True)))
CATALOGUE = select(*(SKU.c[name] for name in SKU_COLUMNS)).order_by(SKU.c.sku)
ONE_SKU = CATALOGUE.where(SKU.c.sku == bindparam("name"))
SKUS = CATALOGUE.where(SKU.c.sku.in_(bindparam("names", expanding=True)))
BALANCES = select(BALANCE).where(BALANCE.c.account.in_(bindparam("names", expanding=True)))
COUNT = (
    update(TALLY)
    .where(TALLY.c.name == bindparam("by_name"))
    .values(count=TALLY.c.count + bindparam("more"))
)
