"""The bridge as a web application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Protocol

from fastapi import Depends, FastAPI
from starlette.routing import BaseRoute

from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.limits import RateParams, SocketParams
from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.api import contract, problems, refusals
from wms_bridge.api.addresses import add_fallback, check_media_type
from wms_bridge.api.bell import Bell
from wms_bridge.api.console import BUILT, add_console
from wms_bridge.api.context import Context
from wms_bridge.api.gate import Gate
from wms_bridge.api.guards import BodyLimit, HostGuard, OriginGuard, PageHeaders, SizeGuard
from wms_bridge.api.permitting import check_permitted
from wms_bridge.api.routes import (
    access as access_routes,
)
from wms_bridge.api.routes import (
    alarms,
    bulks,
    capture,
    counts,
    fleet,
    floor,
    foresight,
    hooks,
    instructing,
    interventions,
    kpis,
    live,
    lots,
    master,
    metrics,
    news,
    openapi,
    orders,
    outbox,
    overview,
    policies,
    promises,
    receipts,
    replay,
    rules,
    shifts,
    siting,
    stations,
    subscriptions,
    tower,
    traces,
    whatif,
)
from wms_bridge.expiry_watch import ExpiryWatch
from wms_bridge.foresight.watch import ForesightWatch
from wms_bridge.kpis.watch import KpiWatch
from wms_bridge.outbox import Delivery
from wms_bridge.policies.watch import PolicyWatch
from wms_bridge.ports.links import WmsLink
from wms_bridge.posting import Posting
from wms_bridge.recording.recorder import Recorder
from wms_bridge.service import Bridge
from wms_bridge.shelf_watch import ShelfWatch
from wms_bridge.tower.watch import TowerWatch, WhatIfWatch

_CHECKS = [Depends(check_permitted), Depends(check_media_type)]
ANY_HOST = "*"
ROUTES = (
    master,
    bulks,
    orders,
    lots,
    receipts,
    stations,
    instructing,
    counts,
    capture,
    fleet,
    floor,
    replay,
    rules,
    siting,
    live,
    overview,
    kpis,
    shifts,
    metrics,
    alarms,
    foresight,
    interventions,
    outbox,
    promises,
    subscriptions,
    hooks,
    news,
    traces,
    tower,
    policies,
    whatif,
    openapi,
    access_routes,
)
"""All that is served, in the order in which it is looked through."""


def create_app(
    bridge: Bridge,
    clock: Callable[[], int],
    *,
    delivery: Delivery | None = None,
    posting: Posting | None = None,
    link: WmsLink | None = None,
    outbound: OutboundPolicy | None = None,
    recorder: Recorder | None = None,
    api_key: str | None = None,
    access: Access | None = None,
    rates: RateParams | None = None,
    sockets: SocketParams | None = None,
    allowed_hosts: Sequence[str] = (ANY_HOST,),
    console: Path = BUILT,
) -> FastAPI:
    """The web application of a bridge.

    ``clock`` gives milliseconds since 1970 UTC; ``delivery``, ``posting`` and ``link`` run as the
    app does; ``outbound`` says where subscribers may be. ``recorder`` keeps what the fleet tells of
    the floor, for looking back.
    ``access`` guards everything under ``/v1`` and ``/metrics``; without it only ``api_key`` does,
    and without that anybody on this machine may do everything until there is an account or a key.
    ``rates`` and ``sockets`` limit how much somebody may ask. ``allowed_hosts`` are the names under
    which callers may ask (against pages that point a name of theirs at this machine). ``console``
    is the folder served at ``/console/``, to which ``/`` leads.
    """
    context = Context(bridge, clock, delivery, posting, link, outbound, recorder)
    app = routed_app()
    app.state.context = context
    add_console(app, console)
    app.add_middleware(BodyLimit)
    guard = access or Access(bridge.store, open_locally=True, environment_key=api_key)
    app.state.access = guard
    bridge.store.use_clock(clock)
    app.add_middleware(
        Gate, access=guard, site=bridge.site.name, clock=clock, rates=rates, sockets=sockets
    )
    app.add_middleware(SizeGuard)
    app.add_middleware(OriginGuard)
    if ANY_HOST not in allowed_hosts:
        app.add_middleware(HostGuard, allowed_hosts=allowed_hosts)
    app.add_middleware(PageHeaders)
    return app


def routed_app() -> FastAPI:
    """An app that knows all routes and has no bridge yet: enough to tell what the contract is."""
    app = FastAPI(
        title=contract.TITLE,
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=_CHECKS,
    )
    problems.install(app)
    refusals.install(app)
    app.router.routes.extend(_all_routes())
    add_fallback(app)
    return app


@cache
def _all_routes() -> Sequence[BaseRoute]:
    """Shared by all apps of a process: FastAPI takes most of a second to work them out, and does so
    when it is first asked. What belongs to an app is found by way of its requests."""
    app = FastAPI(dependencies=_CHECKS, openapi_url=None, docs_url=None, redoc_url=None)
    for routes in ROUTES:
        app.include_router(routes.router)
    return app.router.routes


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    context.open()
    recorder = context.replay.recorder
    if recorder is not None:
        recorder.open()
    runners = [runner for runner in (context.delivery, context.posting) if runner is not None]
    running = [asyncio.create_task(_run(runner, context.outbox)) for runner in runners]
    if context.link is not None:
        running.append(asyncio.create_task(context.link.run()))
    watch = ExpiryWatch(context.bridge.lots, context.clock)
    running.append(asyncio.create_task(watch.run()))
    kpi_watch = KpiWatch(context.bridge.kpis, context.clock)
    running.append(asyncio.create_task(kpi_watch.run()))
    shelves = ShelfWatch(context.bridge.alarms, context.clock)
    running.append(asyncio.create_task(shelves.run()))
    foresight_watch = ForesightWatch(
        context.bridge.foresight, context.clock, context.fresh_view, lambda: context.feed_changes
    )
    running.append(asyncio.create_task(foresight_watch.run()))
    running += [asyncio.create_task(one.run()) for one in _tower_watches(context)]
    yield
    context.close()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    if recorder is not None:
        await asyncio.to_thread(recorder.close)


def _tower_watches(context: Context) -> tuple[PolicyWatch | TowerWatch | WhatIfWatch, ...]:
    bridge, clock = context.bridge, context.clock
    bridge.whatifs.begin(clock())
    return (
        PolicyWatch(bridge.policies, clock),
        TowerWatch(bridge.tower, clock),
        WhatIfWatch(bridge.whatifs, clock),
    )


class _Runner(Protocol):
    async def run(self) -> None: ...

    def wake(self) -> None: ...


async def _run(runner: _Runner, news: Bell) -> None:
    """Have it run, and wake it on news, until cancelled."""
    running = asyncio.create_task(runner.run())
    try:
        while True:
            rung = news.listen()
            runner.wake()
            await rung.wait()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
