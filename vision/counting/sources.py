"""Readers and cameras that stop: a video that stands still, a reader that hears nothing more."""

from planner.warehouse.commands import AlarmKind, RaiseAlarm

MOST_UNANSWERED = 3


class Sources:
    """Knows of each reader and camera, by any name, how often in a row it had nothing to tell when
    it was asked: before a face, or once a second of a video. A picture that was there before is no
    answer."""

    def __init__(self, most: int = MOST_UNANSWERED):
        self._most = most
        self._unanswered: dict[str, int] = {}
        self._latest: dict[str, str] = {}

    def asked(self, name: str, answer: str | None) -> tuple[RaiseAlarm, ...]:
        """Alarms that begin or end with this. ``answer`` names what came (its hash, the time of a
        report), ``None`` if nothing did."""
        fresh = answer is not None and answer != self._latest.get(name)
        before = self._unanswered.get(name, 0)
        self._unanswered[name] = now = 0 if fresh else before + 1
        if fresh:
            self._latest[name] = str(answer)
            if before < self._most:
                return ()
            text = "tells something again"
        elif now == self._most:
            text = f"has told nothing new {now} times in a row: look at its power, cable and lens"
        else:
            return ()
        return (RaiseAlarm(AlarmKind.READER_FAILED, name, text, active=not fresh),)
