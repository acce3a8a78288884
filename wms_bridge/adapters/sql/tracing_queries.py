"""Statements on serials and packs, built once, and what their rows say."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from sqlalchemy import BindParameter, RowMapping, bindparam, func, select

from planner.warehouse.ids import Sku
from wms_bridge.adapters.sql.tables import MOVEMENT
from wms_bridge.adapters.sql.tracing_tables import (
    CONTENT,
    CONTENT_CHANGE,
    KIND,
    LOT,
    OCCURRENCE,
    PICKED,
    PLACE,
    SEEN,
    SIGHTING,
    STAY,
    THING,
)
from wms_bridge.ledger import Account
from wms_bridge.records.tracing import (
    Content,
    ContentChange,
    Happening,
    Name,
    Occurrence,
    Stay,
    Thing,
)

PARAMETERS = 5_000
"""So many does every database take in one statement."""

THINGS = (
    select(
        THING.c.number,
        KIND.c.kind,
        THING.c.serial,
        KIND.c.sku,
        LOT.c.lot,
        PLACE.c.place,
        THING.c.parent,
        THING.c.occurrence,
        OCCURRENCE.c.at_ms,
    )
    .join(KIND, THING.c.kind == KIND.c.number)
    .join(OCCURRENCE, THING.c.occurrence == OCCURRENCE.c.number)
    .outerjoin(PLACE, THING.c.place == PLACE.c.number)
    .outerjoin(LOT, THING.c.lot == LOT.c.number)
)
_NUMBERS: BindParameter[int] = bindparam("numbers", expanding=True)
THINGS_BY_NAME = THINGS.where(
    THING.c.kind == bindparam("of_kind"), THING.c.serial.in_(bindparam("names", expanding=True))
)
THINGS_BY_NUMBER = THINGS.where(THING.c.number.in_(_NUMBERS))
CHILDREN_OF = THINGS.where(THING.c.parent.in_(_NUMBERS)).order_by(THING.c.number)
_AFTER = THING.c.number > bindparam("after")
CHILDREN = (
    THINGS.where(THING.c.parent == bindparam("within"), _AFTER)
    .order_by(THING.c.number)
    .limit(bindparam("most"))
)
_PLACE_NUMBER = (
    select(PLACE.c.number).where(PLACE.c.place == bindparam("at_place")).scalar_subquery()
)
THINGS_AT = (
    THINGS.where(THING.c.place == _PLACE_NUMBER, _AFTER)
    .order_by(THING.c.number)
    .limit(bindparam("most"))
)
SERIALS_AT = THINGS.where(
    THING.c.place == _PLACE_NUMBER, KIND.c.sku == bindparam("of_sku")
).order_by(THING.c.number)

STAYS = (
    select(
        STAY.c.thing,
        STAY.c.parent,
        PLACE.c.place,
        OCCURRENCE.c.number,
        OCCURRENCE.c.key,
        OCCURRENCE.c.what,
        OCCURRENCE.c.at_ms,
        OCCURRENCE.c.digest,
    )
    .join(OCCURRENCE, STAY.c.occurrence == OCCURRENCE.c.number)
    .outerjoin(PLACE, STAY.c.place == PLACE.c.number)
)
PATH = STAYS.where(STAY.c.thing == bindparam("of_thing")).order_by(STAY.c.occurrence)
STAYS_IN = (
    STAYS.where(STAY.c.parent == bindparam("within"))
    .order_by(STAY.c.occurrence, STAY.c.thing)
    .limit(bindparam("most"))
)
# Times of one thing never go back, so its latest occurrence before a time is its place then.
_LATEST = (
    select(STAY.c.thing.label("of"), func.max(STAY.c.occurrence).label("latest"))
    .join(OCCURRENCE, STAY.c.occurrence == OCCURRENCE.c.number)
    .where(STAY.c.thing.in_(_NUMBERS), OCCURRENCE.c.at_ms <= bindparam("until"))
    .group_by(STAY.c.thing)
    .subquery()
)
STAYS_AT = STAYS.join(
    _LATEST, (STAY.c.thing == _LATEST.c.of) & (STAY.c.occurrence == _LATEST.c.latest)
)

LOT_GROUPS = (
    select(PLACE.c.place, THING.c.parent, func.count().label("count"))
    .outerjoin(PLACE, THING.c.place == PLACE.c.number)
    .where(
        THING.c.lot
        == select(LOT.c.number).where(LOT.c.lot == bindparam("of_lot")).scalar_subquery()
    )
    .group_by(PLACE.c.place, THING.c.parent)
    .order_by(PLACE.c.place, THING.c.parent)
)
LOT_GROUPS_OF_KIND = LOT_GROUPS.where(
    THING.c.kind
    == select(KIND.c.number).where(KIND.c.kind == bindparam("of_kind")).scalar_subquery()
)
_FIRST = (
    select(STAY.c.thing, func.min(STAY.c.occurrence).label("first"))
    .join(THING, STAY.c.thing == THING.c.number)
    .where(
        THING.c.lot
        == select(LOT.c.number).where(LOT.c.lot == bindparam("of_lot")).scalar_subquery()
    )
    .group_by(STAY.c.thing)
    .subquery()
)
LOT_ORIGINS = (
    select(OCCURRENCE, func.count().label("count"))
    .join(_FIRST, OCCURRENCE.c.number == _FIRST.c.first)
    .group_by(*OCCURRENCE.c)
    .order_by(OCCURRENCE.c.number)
)
CONTENTS = (
    select(CONTENT)
    .where(CONTENT.c.pack.in_(_NUMBERS), CONTENT.c.quantity > 0)
    .order_by(CONTENT.c.pack, CONTENT.c.kind, CONTENT.c.lot)
)
PACKS_WITH = (
    select(CONTENT)
    .where(CONTENT.c.lot == bindparam("of_lot"), CONTENT.c.quantity > 0)
    .order_by(CONTENT.c.pack, CONTENT.c.kind)
)
CONTENT_CHANGES = (
    select(CONTENT_CHANGE, OCCURRENCE.c.key, OCCURRENCE.c.what, OCCURRENCE.c.at_ms)
    .add_columns(OCCURRENCE.c.digest)
    .join(OCCURRENCE, CONTENT_CHANGE.c.occurrence == OCCURRENCE.c.number)
    .where(CONTENT_CHANGE.c.pack == bindparam("of_pack"))
    .order_by(CONTENT_CHANGE.c.number)
)
MOVEMENTS_OF_SKU = (
    select(MOVEMENT)
    .where(MOVEMENT.c.sku == bindparam("of_sku"), MOVEMENT.c.at_ms >= bindparam("since"))
    .order_by(MOVEMENT.c.number.desc())
)
SIGHTINGS_OF = (
    select(SIGHTING.c.number, SIGHTING.c.body)
    .where(
        SIGHTING.c.number.in_(select(SEEN.c.sighting).where(SEEN.c.thing.in_(_NUMBERS))),
        SIGHTING.c.at_ms >= bindparam("since"),
    )
    .order_by(SIGHTING.c.at_ms, SIGHTING.c.number)
)


PICKED_SERIALS = select(PICKED).where(PICKED.c.movement.in_(bindparam("names", expanding=True)))

Value = TypeVar("Value", int, str)


def chunks(values: Collection[Value]) -> Iterator[list[Value]]:
    """Numbers or names once each, as many at a time as one statement takes."""
    listed = sorted(set(values))
    for first in range(0, len(listed), PARAMETERS):
        yield listed[first : first + PARAMETERS]


def thing_of(row: RowMapping) -> Thing:
    """The thing in a row of :data:`THINGS`."""
    return Thing(
        row["number"],
        Name(row["kind"], row["serial"]),
        None if row["sku"] is None else Sku(row["sku"]),
        row["lot"] or "",
        None if row["place"] is None else Account(row["place"]),
        row["parent"],
        row["occurrence"],
        row["at_ms"],
    )


def stay_of(row: RowMapping) -> Stay:
    """The stay in a row of :data:`STAYS`."""
    place = None if row["place"] is None else Account(row["place"])
    return Stay(row["thing"], occurrence_of(row, row["number"]), place, row["parent"])


def change_of(row: RowMapping) -> ContentChange:
    """The change in a row of :data:`CONTENT_CHANGES`."""
    what = Name(row["kind"], lot=row["lot"])
    occurrence = occurrence_of(row, row["occurrence"])
    return ContentChange(row["pack"], what, row["difference"], occurrence)


def content_of(row: RowMapping) -> Content:
    """Pieces by class in a row."""
    return Content(row["pack"], Name(row["kind"], lot=row["lot"]), row["quantity"])


def occurrence_of(row: RowMapping, number: int) -> Occurrence:
    """What happened, of a row that has its columns."""
    return Occurrence(number, row["key"], Happening(row["what"]), row["at_ms"], row["digest"])
