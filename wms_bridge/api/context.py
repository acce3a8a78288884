"""What the routes share."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from planner.warehouse.commands import Command
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import PodId
from planner.warehouse.view import FloorView, RobotActivity
from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.api.bell import Bell
from wms_bridge.api.latest import LatestView
from wms_bridge.outbox import Delivery
from wms_bridge.ports.links import WmsLink
from wms_bridge.posting import Posting
from wms_bridge.problem_codes import code_of
from wms_bridge.recording.desk import ReplayDesk
from wms_bridge.recording.recorder import Recorder
from wms_bridge.service import Bridge
from wms_bridge.topics import Topic

VIEW_MAX_AGE_MS = 30_000


class Context:
    """The bridge, its clock (ms), what delivers and posts, the bells rung on news and the latest
    view of the floor."""

    def __init__(
        self,
        bridge: Bridge,
        clock: Callable[[], int],
        delivery: Delivery | None,
        posting: Posting | None = None,
        link: WmsLink | None = None,
        outbound: OutboundPolicy | None = None,
        recorder: Recorder | None = None,
    ):
        self.bridge = bridge
        self.clock = clock
        self.delivery = delivery
        self.posting = posting
        self.link = link
        self.outbound = outbound or OutboundPolicy()
        self.started_ms = clock()
        self.feed = Bell()
        self.picks = Bell()
        self.puts = Bell()
        self.counts = Bell()
        self.outbox = Bell()
        self.alarms = Bell()
        self.interventions = Bell()
        self.latest = LatestView()
        self.latest.recorder = recorder
        self.replay = ReplayDesk(recorder, bridge.store.inner)
        self._bells = {
            Topic.FEED: self.feed,
            Topic.PICKS: self.picks,
            Topic.PUTS: self.puts,
            Topic.COUNTS: self.counts,
            Topic.OUTBOX: self.outbox,
            Topic.ALARMS: self.alarms,
            Topic.INTERVENTIONS: self.interventions,
        }
        self.feed_changes = 0
        """Grows whenever something may have changed what the fleet has to do."""
        bridge.subscribe(self._heard)
        bridge.decided = self._decided

    def open(self) -> None:
        """Bind to the running event loop."""
        for bell in (*self._bells.values(), self.latest.bell):
            bell.open()

    def close(self) -> None:
        """Let everybody who waits go."""
        for bell in (*self._bells.values(), self.latest.bell):
            bell.close()

    def fresh_view(self) -> FloorView | None:
        """The newest view of the floor, unless it is older than ``VIEW_MAX_AGE_MS``."""
        view, age_ms = self.latest.view, self.latest.age_ms(self.clock())
        return view if age_ms is not None and age_ms <= VIEW_MAX_AGE_MS else None

    def pods_under_way(self) -> frozenset[PodId]:
        """Pods that are being carried to a station by the newest view of the floor; none if that is
        older than ``VIEW_MAX_AGE_MS``: what it shows is over."""
        view = self.fresh_view()
        if view is None:
            return frozenset()
        return frozenset(
            robot.load
            for robot in view.robots
            if robot.load is not None and robot.activity is RobotActivity.DELIVER
        )

    def _decided(
        self, commands: Sequence[Command], results: Sequence[PodherdError | None], now_ms: int
    ) -> None:
        if self.replay.recorder is not None:
            codes = [code_of(error) if error else None for error in results]
            self.replay.recorder.decided(commands, codes, now_ms)

    def _heard(self, topic: Topic) -> None:
        if topic is Topic.FEED and self.replay.recorder is not None:
            self.replay.recorder.happened()
        self.feed_changes += topic is Topic.FEED
        if topic in self._bells:
            self._bells[topic].ring()


def context_of(connection: HTTPConnection) -> Context:
    """The context of the app that serves a request."""
    context = connection.app.state.context
    assert isinstance(context, Context)
    return context


InContext = Annotated[Context, Depends(context_of)]
