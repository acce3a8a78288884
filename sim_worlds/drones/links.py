"""Radio between drones and the fleet: messages come late, in another order, or not at all."""

from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Generic, TypeVar

Letter = TypeVar("Letter")


class Link(Generic[Letter]):
    """One direction. A message takes up to ``latency_ms`` and is lost with probability ``loss``."""

    def __init__(self, latency_ms: int, loss: float, seed: str):
        self._latency_ms, self._loss = latency_ms, loss
        self._random = Random(seed)
        self._number = count()
        self._under_way: list[tuple[int, int, Letter]] = []

    def send(self, letter: Letter, now_ms: int) -> None:
        """Send a message."""
        if self._random.random() >= self._loss:
            due_ms = now_ms + self._random.randint(0, self._latency_ms)
            heappush(self._under_way, (due_ms, next(self._number), letter))

    def due(self, now_ms: int) -> list[Letter]:
        """What has arrived by now, in the order of arrival."""
        arrived: list[Letter] = []
        while self._under_way and self._under_way[0][0] <= now_ms:
            arrived.append(heappop(self._under_way)[2])
        return arrived
