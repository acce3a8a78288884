"""Talking to a bridge about alarms over HTTP; part of :class:`wms_bridge.client.BridgeClient`."""

from collections.abc import Sequence
from urllib.parse import urlencode

from planner.codec.messages import from_json
from wms_bridge.alarms.acknowledging import AlarmsAcknowledged, AlarmSeen
from wms_bridge.alarms.desk import AlarmDetails
from wms_bridge.connection import Connection, Param
from wms_bridge.records.alarms import AlarmChange, AlarmQuery, AlarmRecord

PAGE = 1000


class AlarmClient:
    """Every call raises the bridge's own errors (:mod:`planner.warehouse.errors`)."""

    def __init__(self, connection: Connection):
        self._http = connection

    def listed(self, query: AlarmQuery | None = None) -> tuple[AlarmRecord, ...]:
        """All alarms as asked for, page by page (``after`` and ``limit`` aside)."""
        wanted = query or AlarmQuery()
        asked: list[tuple[str, str]] = [
            ("sort", wanted.sort.value),
            ("limit", str(PAGE)),
            *(("state", one.value) for one in wanted.states),
            *(("severity", one.value) for one in wanted.severities),
            *(("kind", one.value) for one in wanted.kinds),
        ]
        if wanted.subject is not None:
            asked.append(("subject", wanted.subject))
        if wanted.shelved is not None:
            asked.append(("shelved", str(wanted.shelved).lower()))
        found: list[AlarmRecord] = []
        after: list[tuple[str, str]] = []
        while True:
            page = self._http.get(f"/v1/alarms?{urlencode([*asked, *after])}")
            found += from_json(page["alarms"], tuple[AlarmRecord, ...])
            if page["next"] is None:
                return tuple(found)
            after = [("after", page["next"])]

    def details(self, number: int) -> AlarmDetails:
        """One alarm and its latest changes; :class:`NotFound` if there is none."""
        return from_json(self._http.get(f"/v1/alarms/{number}/history"), AlarmDetails)

    def changes(self, after: int = 0, wait_s: float = 0) -> tuple[AlarmChange, ...]:
        """Changes with a number above ``after``, the oldest first; waits up to ``wait_s`` for
        one."""
        asked: dict[str, Param] = {"after": after, "sort": "oldest", "wait_s": wait_s}
        found = self._http.get("/v1/alarms/history", asked)["changes"]
        return from_json(found, tuple[AlarmChange, ...])

    def acknowledge(self, seen: Sequence[AlarmSeen], by: str, reason: str = "") -> int:
        """Say that somebody knows of alarms, all or none; of how many that was not known before."""
        body = {"alarms": seen, "by": by, "reason": reason}
        done = self._http.send("POST", "/v1/alarms/acknowledge", body)
        return from_json(done, AlarmsAcknowledged).acknowledged

    def shelve(self, seen: AlarmSeen, duration_s: int, by: str, reason: str) -> AlarmRecord:
        """Set an alarm aside for a while."""
        path = f"/v1/alarms/{seen.number}/shelve"
        body = {"change": seen.change, "duration_s": duration_s, "by": by, "reason": reason}
        return from_json(self._http.send("POST", path, body), AlarmRecord)

    def unshelve(self, number: int, by: str, reason: str = "") -> AlarmRecord:
        """Have an alarm back before its time."""
        path = f"/v1/alarms/{number}/unshelve"
        return from_json(self._http.send("POST", path, {"by": by, "reason": reason}), AlarmRecord)
