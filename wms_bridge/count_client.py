"""Talking to a bridge about counts over HTTP; part of :class:`wms_bridge.client.BridgeClient`."""

import hashlib
from collections.abc import Sequence
from urllib.parse import quote

from planner.codec.messages import encode, from_json, to_json
from planner.warehouse.counts import SlotCount
from planner.warehouse.ids import CountId, SlotId, StationId
from wms_bridge.connection import Connection, Param, json_of, repeated
from wms_bridge.count_accuracy import CountAccuracy
from wms_bridge.count_answers import CaseSummary, CaseWithHistory, CountResult
from wms_bridge.counttasks import CountMade
from wms_bridge.deciding import Decision
from wms_bridge.evidence import JPEG
from wms_bridge.records.counts import CountTaskRecord


class CountClient:
    """Every call raises the bridge's own errors (:mod:`planner.warehouse.errors`)."""

    def __init__(self, connection: Connection):
        self._http = connection

    def take(self, counts: Sequence[SlotCount]) -> tuple[CountResult, ...]:
        """Hand over counts from sensors, at most 500; a result for each. One that came before
        changes nothing."""
        results = self._http.send("POST", "/v1/counts", counts)["results"]
        return from_json(results, tuple[CountResult, ...])

    def put_evidence(self, body: bytes, media_type: str = JPEG) -> str:
        """Have evidence kept; the SHA-256 (hex) that counts name it by."""
        name = hashlib.sha256(body).hexdigest()
        self._http.ask("PUT", f"/v1/evidence/{name}", content=body, kind=media_type)
        return name

    def evidence(self, sha256: str) -> tuple[str, bytes]:
        """Media type and bytes of evidence; :class:`NotFound` if the bridge has none of it."""
        answer = self._http.ask("GET", f"/v1/evidence/{quote(sha256, safe='')}")
        return str(answer.headers["content-type"]), answer.content

    def cases(
        self,
        *,
        is_open: bool | None = None,
        slot: SlotId | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[CaseSummary, ...]:
        """Cases of slots, the latest first, with a number below ``before``."""
        status = None if is_open is None else "open" if is_open else "closed"
        bounds = {"status": status, "slot": slot, "before": before}
        asked: dict[str, Param] = {"limit": limit}
        asked.update((name, value) for name, value in bounds.items() if value is not None)
        return from_json(self._http.get("/v1/counts", asked)["counts"], tuple[CaseSummary, ...])

    def case(self, case: str) -> CaseWithHistory:
        """One case with all that belongs to it."""
        return from_json(self._http.get(f"/v1/counts/{quote(case, safe='')}"), CaseWithHistory)

    def decide(self, case: str, decision: Decision) -> CaseSummary:
        """Decide about a slot in quarantine; the case afterwards."""
        path = f"/v1/counts/{quote(case, safe='')}/decision"
        return from_json(self._http.send("POST", path, to_json(decision)), CaseSummary)

    def at_station(
        self, station: StationId, after: int = 0, wait_s: float = 0
    ) -> tuple[CountTaskRecord, ...]:
        """Counts to be made with a number above ``after``; waits up to ``wait_s`` for one."""
        asked: dict[str, Param] = {"after": after, "wait_s": wait_s}
        path = f"/v1/stations/{quote(station, safe='')}/counts"
        return from_json(self._http.get(path, asked)["counts"], tuple[CountTaskRecord, ...])

    def confirm(self, count: CountId, quantity: int, by: str, key: str | None = None) -> CountMade:
        """Tell what a person counted, once per count."""
        path = f"/v1/counts/tasks/{quote(count, safe='')}/confirm"
        body = encode({"quantity": quantity, "by": by})
        answer = self._http.ask("POST", path, content=body, key=key)
        return from_json({**json_of(answer), "repeated": repeated(answer)}, CountMade)

    def accuracy(self, since_ms: int = 0) -> CountAccuracy:
        """How right the books were in cases settled since a time."""
        return from_json(
            self._http.get("/v1/counts/accuracy", {"since_ms": since_ms}), CountAccuracy
        )
