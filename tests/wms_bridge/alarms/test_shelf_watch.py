"""Shelved alarms come back when their time is over, also after the bridge was down."""

import asyncio
from collections.abc import Callable

import pytest

from wms_bridge.access.acting import act
from wms_bridge.alarms.desk import AlarmDesk
from wms_bridge.alarms.shelving import ShelfWanted
from wms_bridge.ports.store import Store
from wms_bridge.records.access import AuditQuery
from wms_bridge.records.alarms import AlarmRecord
from wms_bridge.service import Bridge
from wms_bridge.shelf_watch import ShelfWatch

Say = Callable[..., None]
Look = Callable[..., AlarmRecord]
UNTIL_MS = 10 + 60_000


@pytest.fixture
def shelved(bridge: Bridge, say: Say) -> Bridge:
    """A bridge with an alarm about R1, shelved until ``UNTIL_MS``."""
    say("R1", 5)
    bridge.alarms.shelve(1, ShelfWanted(1, 60, "ann", "mended soon"), 10)
    return bridge


def test_a_look_ends_what_is_over_once(shelved: Bridge, look: Look, store: Store) -> None:
    assert ShelfWatch(shelved.alarms, lambda: UNTIL_MS - 1).look() == 0
    assert look().shelved
    assert ShelfWatch(shelved.alarms, lambda: UNTIL_MS).look() == 1
    assert not look().shelved
    assert ShelfWatch(shelved.alarms, lambda: UNTIL_MS).look() == 0
    with store.reading() as tx:
        (entry, *_) = tx.audit(AuditQuery(limit=1))
    assert (entry.who, entry.what, entry.why) == ("podherd", "alarms", "time is over")
    assert act() is None


def test_a_bridge_that_was_down_ends_it_at_its_first_look(
    shelved: Bridge, store: Store, look: Look
) -> None:
    later = Bridge(shelved.site, store)
    assert ShelfWatch(later.alarms, lambda: UNTIL_MS + 86_400_000).look() == 1
    assert not look().shelved


def test_it_goes_on_after_a_failure() -> None:
    class Failing(AlarmDesk):
        asked = 0

        def end_shelves(self, now_ms: int) -> int:
            self.asked += 1
            raise OSError("disk full")

    desk = Failing(None, lambda: None)  # type: ignore[arg-type]

    async def run() -> None:
        watch = asyncio.create_task(ShelfWatch(desk, lambda: 0, 0.001).run())
        while desk.asked < 3:
            await asyncio.sleep(0.001)
        watch.cancel()

    asyncio.run(run())
    assert desk.asked >= 3
