"""The bridge as a web application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from wms_bridge.api import problems
from wms_bridge.api.context import Context
from wms_bridge.api.guards import ApiKeyGuard, BodyLimit, HostGuard, OriginGuard, PageHeaders
from wms_bridge.api.routes import (
    counts,
    fleet,
    live,
    master,
    orders,
    outbox,
    overview,
    receipts,
    rules,
    stations,
)
from wms_bridge.outbox import Delivery
from wms_bridge.service import Bridge

ANY_HOST = "*"
PAGE = Path(__file__).parents[1] / "web"


def create_app(
    bridge: Bridge,
    clock: Callable[[], int],
    *,
    delivery: Delivery | None = None,
    api_key: str | None = None,
    allowed_hosts: Sequence[str] = (ANY_HOST,),
    page: Path = PAGE,
) -> FastAPI:
    """The web application of a bridge.

    ``clock`` gives milliseconds since 1970 UTC. ``delivery`` runs as long as the app does.
    ``api_key`` guards everything under ``/v1``. ``allowed_hosts`` are the names under which
    callers may ask (against pages that point a name of theirs at this machine). ``page`` is the
    folder served at ``/``.
    """
    context = Context(bridge, clock, delivery)
    app = FastAPI(title="Podherd bridge", lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.context = context
    problems.install(app)
    for routes in (
        master,
        orders,
        receipts,
        stations,
        counts,
        fleet,
        rules,
        live,
        overview,
        outbox,
    ):
        app.include_router(routes.router)
    if page.is_dir():
        app.mount("/", StaticFiles(directory=page, html=True), name="page")
    app.add_middleware(BodyLimit)
    if api_key is not None:
        app.add_middleware(ApiKeyGuard, api_key=api_key)
    app.add_middleware(OriginGuard)
    if ANY_HOST not in allowed_hosts:
        app.add_middleware(HostGuard, allowed_hosts=allowed_hosts)
    app.add_middleware(PageHeaders)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: Context = app.state.context
    context.open()
    delivering = asyncio.create_task(_deliver(context)) if context.delivery else None
    yield
    context.close()
    if delivering is not None:
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering


async def _deliver(context: Context) -> None:
    assert context.delivery is not None
    running = asyncio.create_task(context.delivery.run())
    try:
        while True:
            rung = context.outbox.listen()
            context.delivery.wake()
            await rung.wait()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
