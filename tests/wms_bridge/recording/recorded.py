"""A recording made by hand: views at times, without a thread or a clock of its own."""

from collections.abc import Sequence
from pathlib import Path

from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from tests.wms_bridge.floor.views import Client
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.floor.news import FloorNews
from wms_bridge.recording.desk import ReplayDesk
from wms_bridge.recording.entries import EntryKind, decode_entries, encode_entries
from wms_bridge.recording.floor_then import FloorThen
from wms_bridge.recording.journal import Retention
from wms_bridge.recording.recorder import Recorder, RecordingParams

Told = tuple[FloorView, int]
"""A view, and when it was told (ms since 1970)."""


class Tape:
    """Shows views to a recorder as the bridge does; ``now_ms`` is its clock."""

    def __init__(
        self,
        folder: Path,
        site: Site,
        *,
        poses_ms: int = 0,
        block_ms: int = 3_000,
        segment_ms: int = 10_000,
        retention: Retention | None = None,
    ):
        self.folder = folder
        self.now_ms = 0
        self.store = MemoryStore()
        self.news = FloorNews("live")
        kept = retention or Retention()
        params = RecordingParams(folder, kept, poses_ms, block_ms, segment_ms)
        self.recorder = Recorder(params, site, self.store, lambda: self.now_ms)
        self.desk = ReplayDesk(self.recorder, self.store)

    def show(self, view: FloorView, at_ms: int) -> None:
        """One view."""
        self.now_ms = at_ms
        self.news.take(view, at_ms)
        self.recorder.shown(self.news, view.at_ms, at_ms)

    def record(self, told: Sequence[Told], every: int = 3) -> None:
        """Views, written ``every`` so many."""
        for i, (view, at_ms) in enumerate(told):
            self.show(view, at_ms)
            if i % every == 0:
                self.recorder.flush()
        self.recorder.flush()


def client_of(floor: FloorThen, at_ms: int) -> Client:
    """What somebody knows who is told the floor as it was."""
    return played(encode_entries(floor.entries(at_ms)))


def played(body: bytes) -> Client:
    """What somebody knows who has taken all entries of an answer; asserts that each follows on the
    one before."""
    client = Client()
    for entry in decode_entries(body):
        client.take(entry.body if entry.kind is EntryKind.POSES else entry.body.decode())
    return client
