"""Talking to a bridge about interventions over HTTP; part of
:class:`wms_bridge.client.BridgeClient`."""

from collections.abc import Mapping
from typing import Any

from planner.codec.messages import from_json
from planner.warehouse.interventions import Intervention
from wms_bridge.connection import Connection, Param
from wms_bridge.records.interventions import InterventionRecord

_WANTED = ("intervention", "kind", "name", "robots", "area_m", "node")


class InterventionClient:
    """Every call raises the bridge's own errors (:mod:`planner.warehouse.errors`)."""

    def __init__(self, connection: Connection):
        self._http = connection

    def ask(
        self, wanted: Intervention, reason: str, by: str = "", seen: int | None = None
    ) -> InterventionRecord:
        """Have the fleet do something, once under the intervention's id."""
        told = {name: getattr(wanted, name) for name in _WANTED[1:]}
        body = {**told, "reason": reason, "by": by, "seen": seen}
        key = wanted.intervention or None
        return _record_of(self._http.send("POST", "/v1/interventions", body, key=key))

    def listed(self, *, in_force: bool | None = None) -> tuple[InterventionRecord, ...]:
        """Interventions, the newest first."""
        asked: dict[str, Param] = {"limit": 1000}
        if in_force is not None:
            asked["in_force"] = str(in_force).lower()
        found: list[InterventionRecord] = []
        while True:
            page = self._http.get("/v1/interventions", asked)
            found += [_record_of(one) for one in page["interventions"]]
            if page["next"] is None:
                return tuple(found)
            asked["before"] = page["next"]

    def one(self, number: int) -> InterventionRecord:
        """One intervention; :class:`NotFound` if there is none."""
        return _record_of(self._http.get(f"/v1/interventions/{number}"))


def _record_of(told: Mapping[str, Any]) -> InterventionRecord:
    wanted = {name: told[name] for name in _WANTED}
    rest = {name: value for name, value in told.items() if name not in _WANTED}
    return from_json({**rest, "intervention": wanted}, InterventionRecord)
