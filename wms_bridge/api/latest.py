"""The latest view of the floor, for everybody who watches."""

import secrets

from planner.codec.messages import encode
from planner.warehouse.view import FloorView
from wms_bridge.api.bell import Bell
from wms_bridge.floor.news import FloorNews
from wms_bridge.recording.recorder import Recorder


class LatestView:
    """Holds one frame. A watcher who is slow misses frames and always gets the newest."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.news = FloorNews(secrets.token_hex(8))
        self.view: FloorView | None = None
        self.recorder: Recorder | None = None
        self._shown_ms = 0
        self._frame: str | None = None
        self._number = 0

    def show(self, view: FloorView, now_ms: int) -> None:
        """Replace the frame; to be called in the event loop. :class:`InvalidMessage` if it holds
        more robots than the stream of the floor can tell of."""
        self.news.take(view, now_ms)
        if self.recorder is not None:
            self.recorder.shown(self.news, view.at_ms, now_ms)
        self.view = view
        self._shown_ms = now_ms
        self._frame = None
        self._number += 1
        self.bell.ring()

    def age_ms(self, now_ms: int) -> int | None:
        """How long the frame has been the newest (ms); ``None`` before the first."""
        return None if self.view is None else max(0, now_ms - self._shown_ms)

    async def after(self, number: int) -> tuple[int, str] | None:
        """Number and JSON of the newest frame, once it is not frame ``number`` (0: none seen);
        ``None`` when the app stops."""
        while not self.bell.closed:
            rung = self.bell.listen()
            if self._number != number:
                # Made for the first who asks: mostly nobody does.
                if self._frame is None:
                    self._frame = encode(self.view).decode()
                return self._number, self._frame
            await rung.wait()
        return None
