"""How much somebody may ask at once: token buckets."""

from collections import OrderedDict
from dataclasses import dataclass

MOST_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_s`` requests a second on average, ``burst`` at once."""

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class RateParams:
    """``program`` is for keys (a WMS, the fleet), ``person`` for sessions, ``anonymous`` for each
    address that nobody has signed in from."""

    program: Rate = Rate(2_000, 10_000)
    person: Rate = Rate(50, 200)
    anonymous: Rate = Rate(5, 20)


@dataclass(frozen=True, slots=True)
class SocketParams:
    """WebSockets open at the same time, of one caller and all together; the longest message one may
    send; how often it is looked whether its credential is still in force."""

    of_one: int = 20
    all_together: int = 500
    message_bytes: int = 64 * 1024
    check_every_s: float = 10.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ms: int


class Buckets:
    """One bucket per name. The name that was not heard of for longest is forgotten beyond
    ``most`` names; by then its bucket is full again, unless very many ask at the same time."""

    def __init__(self, most: int = MOST_BUCKETS):
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str, rate: Rate, now_ms: int) -> int:
        """Takes one token: 0, or how long to wait for it (ms) if there is none."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(rate.burst, now_ms)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(name)
        gone_ms = max(0, now_ms - bucket.at_ms)
        bucket.left = min(rate.burst, bucket.left + gone_ms * rate.per_s / 1000)
        bucket.at_ms = now_ms
        if bucket.left < 1:
            return max(1, round((1 - bucket.left) * 1000 / rate.per_s))
        bucket.left -= 1
        return 0
