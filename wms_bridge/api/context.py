"""What the routes share."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from wms_bridge.api.bell import Bell
from wms_bridge.api.latest import LatestView
from wms_bridge.outbox import Delivery
from wms_bridge.service import Bridge
from wms_bridge.topics import Topic


class Context:
    """The bridge, its clock (ms), the bells rung on news and the latest view of the floor."""

    def __init__(self, bridge: Bridge, clock: Callable[[], int], delivery: Delivery | None):
        self.bridge = bridge
        self.clock = clock
        self.delivery = delivery
        self.started_ms = clock()
        self.feed = Bell()
        self.picks = Bell()
        self.puts = Bell()
        self.counts = Bell()
        self.outbox = Bell()
        self.latest = LatestView()
        self._bells = {
            Topic.FEED: self.feed,
            Topic.PICKS: self.picks,
            Topic.PUTS: self.puts,
            Topic.COUNTS: self.counts,
            Topic.OUTBOX: self.outbox,
        }
        bridge.subscribe(self._heard)

    def open(self) -> None:
        """Bind to the running event loop."""
        for bell in (*self._bells.values(), self.latest.bell):
            bell.open()

    def close(self) -> None:
        """Let everybody who waits go."""
        for bell in (*self._bells.values(), self.latest.bell):
            bell.close()

    def _heard(self, topic: Topic) -> None:
        if topic in self._bells:
            self._bells[topic].ring()


def context_of(connection: HTTPConnection) -> Context:
    """The context of the app that serves a request."""
    context = connection.app.state.context
    assert isinstance(context, Context)
    return context


InContext = Annotated[Context, Depends(context_of)]
