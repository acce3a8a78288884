"""The watch that has the bridge's books looked at, and what is left when the bridge stops."""

import asyncio

import httpx
import pytest

from planner.codec.messages import encode
from planner.warehouse.errors import Unavailable
from planner.warehouse.site import Site
from tests.wms_bridge.kpis.floors import S1, Fleet, picking
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.kpis.watch import KpiWatch
from wms_bridge.records.kpis import MINUTE_MS
from wms_bridge.service import Bridge

BEGIN = 1_750_000_020_000


def test_a_bridge_that_stops_has_kept_all_it_saw(site: Site) -> None:
    store, now_ms = MemoryStore(), [BEGIN]
    server = ServerThread(create_app(Bridge(site, store), lambda: now_ms[0]))
    json = {"Content-Type": "application/json"}
    for second in range(3):
        now_ms[0] = BEGIN + second * 1_000
        frame = encode(Fleet(BEGIN).works(second).view(now_ms[0], picking(S1)))
        address = f"{server.url}/v1/fleet/view"
        assert httpx.post(address, content=frame, headers=json).status_code == 204
    server.stop()
    with store.reading() as tx:
        [sample] = tx.oldest_kpi_samples(MINUTE_MS, 9)
        meter = tx.kpi_meter()
    assert (sample.start_ms, sample.measured.totals.lines_picked) == (BEGIN, 2)
    assert meter is not None
    assert meter.floor is not None
    assert meter.floor.at_ms == BEGIN + 2_000


class Unwilling(KpiDesk):
    """Cannot look at first."""

    looked = 0

    def look(self, now_ms: int) -> None:
        """The third time it can."""
        self.looked += 1
        if self.looked < 3:
            raise Unavailable("the disk is full")
        super().look(now_ms)


def test_a_look_that_fails_is_not_the_last(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    desk = Unwilling(store, AuditedStore(store), [S1])

    async def watched() -> None:
        running = asyncio.create_task(KpiWatch(desk, lambda: BEGIN, period_s=0).run())
        while desk.looked < 4:
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(watched())
    with store.reading() as tx:
        meter = tx.kpi_meter()
    assert meter is not None
    assert meter.books is not None
    assert caplog.text.count("key figures cannot be kept") == 2
