"""Recording what the fleet tells of the floor, in a thread of its own: whoever tells it never waits
for the disk."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal
from threading import Lock, Thread

from planner.codec.messages import command_to_json, encode
from planner.warehouse.commands import Command, RaiseAlarm
from planner.warehouse.site import Site
from wms_bridge.floor.news import FloorNews, Parcel, Reader
from wms_bridge.ports.store import Store
from wms_bridge.recording.books import books_entry, events_after
from wms_bridge.recording.entries import Entry, EntryKind
from wms_bridge.recording.journal import GAP_MS, SEGMENT_MS, Journal, Retention

LOG = logging.getLogger(__name__)
BLOCK_MS = 15_000
"""A moment is found from a snapshot that is no older than this."""
POSES_MS = 1_000
SLACK_MS = 1_000
"""A clock that is set back by no more than this stands still instead."""
FLUSH_S = 1.0
MOST_BYTES = 32 * 1024 * 1024
"""What may wait for the disk. Then nothing more is taken from the stream of the floor, which keeps
the changes, or tells the whole floor once the disk has caught up."""
AGAIN_MS = 60_000
"""After so long a disk that refused is tried again."""
NOWHERE = "none"


@dataclass(frozen=True, slots=True)
class RecordingParams:
    """Where, how much is kept, and how often poses are recorded."""

    folder: Path
    retention: Retention = field(default_factory=Retention)
    poses_ms: int = POSES_MS
    block_ms: int = BLOCK_MS
    segment_ms: int = SEGMENT_MS


def recording_params(
    wanted: str | None, database: str, retention: Retention
) -> RecordingParams | None:
    """Where the floor is recorded: in the folder ``wanted``, nowhere if that is ``none``; if
    nothing is said, beside an SQLite file."""
    if wanted == NOWHERE:
        return None
    if wanted:
        return RecordingParams(Path(wanted), retention)
    file = database.removeprefix("sqlite:///")
    if "://" in file or file in ("", ":memory:"):
        return None
    return RecordingParams(Path(file).with_suffix(".recording"), retention)


class Recorder:
    """One more client of the stream of the floor, which also hears of commands and events.

    :meth:`shown` is called in the event loop; all else may be called from any thread. ``clock``
    gives ms since 1970 UTC.
    """

    def __init__(self, params: RecordingParams, site: Site, store: Store, clock: Callable[[], int]):
        self.params = params
        self.trouble = ""
        """Why nothing is recorded; empty while it is."""
        self.lost = 0
        """Lists of commands that were not recorded because the disk was too slow."""
        self._site = site
        self._store = store
        self._clock = clock
        self._journal = Journal(params.folder, params.retention, self._begin, params.segment_ms)
        self._waiting: deque[tuple[Entry, int]] = deque()
        self._bytes = 0
        self._lock = Lock()
        self._writing = Lock()
        self._reader: Reader | None = None
        self._anew = False
        self._block_ms = self._poses_ms = self._last_ms = self._site_ms = 0
        self._again_ms = 0
        self._number: int | None = None
        self._rung = True
        self._stop = Signal()
        self._thread: Thread | None = None

    # --- what is told ---

    def shown(self, news: FloorNews, site_ms: int, now_ms: int) -> None:
        """The stream has taken a view of ``site_ms`` (ms of site time)."""
        if self._bytes > MOST_BYTES or (self.trouble and now_ms < self._again_ms):
            return
        back_ms = self._last_ms - now_ms
        if 0 < back_ms <= SLACK_MS:
            now_ms = self._last_ms
        reader = self._reader
        if reader is None or self._anew or self._wants_block(site_ms, now_ms):
            self._anew = False
            if reader is not None:
                news.leave(now_ms)
            reader, self._block_ms = news.join(None, None), now_ms
        parcel, self._reader = news.parcel(reader, now_ms), reader
        self._last_ms, self._site_ms = now_ms, site_ms
        if parcel is not None:
            self._put(self._entries(parcel, now_ms), site_ms)

    def decided(
        self, commands: Sequence[Command], refusals: Sequence[str | None], now_ms: int
    ) -> None:
        """The bridge has taken commands, or refused some: for each the code of the refusal."""
        told = [
            {**command_to_json(command), **({"refused": code} if code else {})}
            for command, code in zip(commands, refusals, strict=True)
            if not isinstance(command, RaiseAlarm)
        ]
        if not told or self._last_ms == 0 or self.trouble:
            return
        if self._bytes > MOST_BYTES:
            self.lost += 1
            return
        self._put([Entry(EntryKind.COMMANDS, now_ms, encode(told))], self._site_ms)

    def happened(self) -> None:
        """There may be new events on the feed."""
        self._rung = True

    # --- writing ---

    def open(self) -> None:
        """Begin to write."""
        self._stop.clear()
        self._thread = Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what is left and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.flush()
        with self._writing:
            self._guarded(self._journal.close)

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            with self._lock:
                taken, self._waiting = self._waiting, deque()
                self._bytes = 0
            self._guarded(lambda: self._write(list(taken)))

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_S):
            self.flush()

    def _write(self, taken: list[tuple[Entry, int]]) -> None:
        notes: Sequence[bytes] = ()
        if self._rung and self._number is not None:
            # Cleared first: what happens meanwhile rings again.
            self._rung = False
            with self._store.reading() as tx:
                self._number, events, notes = events_after(tx, self._number)
            site_ms = taken[-1][1] if taken else 0
            taken = [*((event, site_ms) for event in events), *taken]
        self._journal.write(taken, notes)

    def _begin(self, at_ms: int) -> Sequence[Entry]:
        with self._store.reading() as tx:
            if self._number is None:
                self._number = tx.last_event()
            return [books_entry(tx, self._site, at_ms, self._clock())]

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
            if self.trouble and self._journal.writing:
                LOG.warning("the floor is recorded again")
                self.trouble = ""
        except Exception as error:
            # Whatever it is, the bridge goes on; a full disk above all.
            LOG.exception("the floor is not recorded; it is tried again in a minute")
            self.trouble = str(error) or type(error).__name__
            self._again_ms = self._clock() + AGAIN_MS
            self._anew = True
            self._journal.drop()

    def _wants_block(self, site_ms: int, now_ms: int) -> bool:
        on_ms = now_ms - self._last_ms
        back = on_ms < 0 or site_ms < self._site_ms
        return back or on_ms > GAP_MS or now_ms - self._block_ms >= self.params.block_ms

    def _entries(self, parcel: Parcel, now_ms: int) -> list[Entry]:
        found = []
        anew = False
        for text in parcel.texts:
            whole = text.startswith('{"type":"snapshot"')
            # Poses are those of the robots in the order told last.
            anew = anew or whole or '"order":' in text
            kind = EntryKind.SNAPSHOT if whole else EntryKind.CHANGES
            found.append(Entry(kind, now_ms, text.encode()))
        due = abs(now_ms - self._poses_ms) >= self.params.poses_ms
        if parcel.poses is not None and (anew or due):
            self._poses_ms = now_ms
            found.append(Entry(EntryKind.POSES, now_ms, parcel.poses))
        return found

    def _put(self, entries: Sequence[Entry], site_ms: int) -> None:
        with self._lock:
            self._waiting.extend((entry, site_ms) for entry in entries)
            self._bytes += sum(len(entry.body) for entry in entries)
