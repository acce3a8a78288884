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

from wms_bridge.adapters.sql.rows import Row
from wms_bridge.adapters.sql.tables import BALANCE, FEED, MOVEMENT, OUTBOX, PICK, PUT, TALLY


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
BALANCES = select(BALANCE).where(BALANCE.c.account.in_(bindparam("names", expanding=True)))
COUNT = (
    update(TALLY)
    .where(TALLY.c.name == bindparam("by_name"))
    .values(count=TALLY.c.count + bindparam("more"))
)
