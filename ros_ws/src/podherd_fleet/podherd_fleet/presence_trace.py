"""Which process speaks for a robot: a restart, or two robots with one id?

A robot's process gives itself a new ``instance`` at every start. A new one takes over when the old
one has fallen silent: a restart. If the old one is heard again after the new one began, both live,
and neither is believed until only one is heard.
"""

from dataclasses import dataclass, field

PROOF_MS = 2_500
"""A new process is believed when the old one has been silent for so long (site time): robots
report once a second at least."""
APART_MS = 5_000
"""Of two processes, one has gone when it has been silent for so long (site time)."""


@dataclass(slots=True)
class _Voice:
    """One process: the first and the newest time it told, and when that was heard (site time)."""

    first_ms: int
    newest_ms: int
    heard_ms: int


@dataclass(slots=True)
class Trace:
    """All processes heard of under one robot id."""

    speaker: str | None = None
    """The instance that is believed."""
    duplicate: bool = False
    _voices: dict[str, _Voice] = field(default_factory=dict)

    def hear(self, instance: str, at_ms: int, now_ms: int) -> bool:
        """A report of ``at_ms`` came at ``now_ms``; whether it is to be believed."""
        voice = self._voices.setdefault(instance, _Voice(at_ms, at_ms, now_ms))
        voice.newest_ms, voice.heard_ms = max(voice.newest_ms, at_ms), now_ms
        others = {name: other for name, other in self._voices.items() if name != instance}
        self._settle(instance, voice, others, now_ms)
        return not self.duplicate and self.speaker == instance

    def left(self, instance: str) -> None:
        """The process has ended in good order."""
        self._voices.pop(instance, None)
        if self.speaker == instance:
            self.speaker = None
        self.duplicate = self.duplicate and len(self._voices) > 1

    @property
    def contested(self) -> bool:
        """Another process than the one believed has been heard."""
        return self.duplicate or len(self._voices) > 1

    @property
    def heard_ms(self) -> int | None:
        """When any of its processes was heard last; ``None`` if all have left."""
        return max((voice.heard_ms for voice in self._voices.values()), default=None)

    def _settle(self, instance: str, voice: _Voice, others: dict[str, _Voice], now_ms: int) -> None:
        if any(_overlap(voice, other) for other in others.values()):
            self.duplicate = True
        quiet_ms = APART_MS if self.duplicate else PROOF_MS
        if all(now_ms - other.heard_ms >= quiet_ms for other in others.values()):
            self.speaker, self.duplicate = instance, False
            self._voices = {instance: voice}


def _overlap(one: _Voice, other: _Voice) -> bool:
    """Each told of a time after the other had begun: both live."""
    return max(one.first_ms, other.first_ms) < min(one.newest_ms, other.newest_ms)
