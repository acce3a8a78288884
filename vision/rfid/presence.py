"""Whether a tag is there: an adaptive window for each tag (SMURF).

S. R. Jeffery, M. Garofalakis, M. J. Franklin, Adaptive Cleaning for RFID Data Streams, VLDB 2006.
A reader misses a tag in many epochs. A window over the last epochs hides the gaps; a long one also
hides for long that the tag is gone. Reads are a binomial sample: a tag that is read in a share
``p`` of the epochs is read at least once in ``ln(1/delta)/p`` epochs, but for a chance of
``delta``. So each tag gets the window it needs; and where so few reads come that it would be a rare
chance if the tag were still there, the tag is leaving and its window is halved.

Otherwise than in the paper: ``p`` is estimated from the share of epochs with a read over up to 64
epochs, not from the answers within an epoch, which readers do not tell; a few epochs are filled up
with a prior. A tag that has left is remembered for as long, so that one that was missed is known
to be hard to read. And the test for leaving is the binomial tail, as two standard deviations are
passed by chance far too often in the short windows of tags that are read well.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil, comb, fsum, log

from planner.warehouse.errors import InvalidTag

_MEMORY = 64
_MEMORY_MASK = (1 << _MEMORY) - 1


@dataclass(frozen=True, slots=True)
class PresenceParams:
    """``delta``: chance to miss a present tag throughout its window. ``certain``: so improbable
    must the reads of a window be, were the tag there, for it to be leaving. ``longest``: epochs of
    a window at most, up to 64. ``prior_rate`` and ``prior_epochs``: the read rate before a tag is
    known (60 to 70 % in the paper's experiments), and how many epochs it counts for. ``most_tags``
    are held at a time."""

    delta: float = 0.02
    certain: float = 0.001
    longest: int = 60
    prior_rate: float = 0.6
    prior_epochs: float = 2.0
    most_tags: int = 200_000

    def __post_init__(self) -> None:
        shares = 0 < self.delta < 1 and 0 < self.certain < 1 and 0 < self.prior_rate <= 1
        numbers = 1 <= self.longest <= _MEMORY and self.prior_epochs > 0 and self.most_tags >= 1
        if not shares or not numbers:
            raise ValueError(f"shares from 0 to 1, and positive numbers are needed (found {self})")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A tag was read that was not there before."""

    epc: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class Departed:
    """A tag was not read throughout its window of ``window`` epochs; ``last_read_ms`` is when it
    was read last, ``at_ms`` when that was clear."""

    epc: bytes
    at_ms: int
    last_read_ms: int
    window: int


class _Track:
    """What is known of a tag: its last epochs as bits (lowest: the latest), how many they are, its
    window, and whether it is there or only remembered."""

    __slots__ = ("history", "is_there", "last_read_ms", "seen", "window")

    def __init__(self) -> None:
        self.history = 0
        self.is_there = False
        self.last_read_ms = 0
        self.seen = 0
        self.window = 1


class Presence:
    """Which tags are there. One step for each epoch of a reader (a round, or 100 ms, say)."""

    def __init__(self, params: PresenceParams | None = None):
        self._params = params or PresenceParams()
        self._tracks: dict[bytes, _Track] = {}

    @property
    def present(self) -> frozenset[bytes]:
        """EPCs of the tags that are there."""
        return frozenset(epc for epc, track in self._tracks.items() if track.is_there)

    def window_of(self, epc: bytes) -> int | None:
        """Epochs of the window of a tag; None for one that is not there."""
        track = self._tracks.get(epc)
        return track.window if track is not None and track.is_there else None

    def step(self, read: Collection[bytes], at_ms: int) -> tuple[Arrived | Departed, ...]:
        """The end of an epoch in which these tags were read; what changed, arrivals first, by EPC.

        ``InvalidTag`` if more tags are there, or remembered, than are held.
        """
        events: list[Arrived | Departed] = []
        now = set(read)
        for epc in sorted(now):
            track = self._tracks.get(epc) or self._begun(epc)
            self._go_on(track, 1)
            track.last_read_ms = at_ms
            if not track.is_there:
                track.is_there = True
                events.append(Arrived(epc, at_ms))
        for epc in sorted(self._tracks.keys() - now):
            track = self._tracks[epc]
            self._go_on(track, 0)
            if track.is_there and not track.history & (1 << track.window) - 1:
                track.is_there = False
                events.append(Departed(epc, at_ms, track.last_read_ms, track.window))
            if not track.history:
                del self._tracks[epc]
        return tuple(events)

    def _begun(self, epc: bytes) -> _Track:
        if len(self._tracks) >= self._params.most_tags:
            raise InvalidTag(
                f"more than {self._params.most_tags} tags are there at a time",
                field="most_tags",
                value=epc.hex(),
                remedy="Read smaller areas, or hold more tags.",
            )
        self._tracks[epc] = track = _Track()
        return track

    def _go_on(self, track: _Track, read: int) -> None:
        track.history = (track.history << 1 | read) & _MEMORY_MASK
        track.seen = min(track.seen + 1, _MEMORY)
        rate = self._rate(track)
        needed = min(ceil(log(1 / self._params.delta) / rate), self._params.longest)
        if not read and self._is_leaving(track, rate):
            track.window = max(min(track.window // 2, needed), 1)
        else:
            track.window = needed

    def _rate(self, track: _Track) -> float:
        """Share of epochs with a read, from the first remembered to the last read."""
        first = track.history.bit_length()
        last = (track.history & -track.history).bit_length()
        params = self._params
        reads = track.history.bit_count() + params.prior_rate * params.prior_epochs
        return min(reads / (first - last + 1 + params.prior_epochs), 1.0)

    def _is_leaving(self, track: _Track, rate: float) -> bool:
        """Whether the window has fewer reads than chance explains."""
        window = min(track.window, track.seen)
        reads = (track.history & (1 << window) - 1).bit_count()
        if reads >= window * rate:
            return False
        tail = fsum(
            comb(window, n) * rate**n * (1 - rate) ** (window - n) for n in range(reads + 1)
        )
        return tail < self._params.certain
