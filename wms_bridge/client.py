"""Talking to a bridge over HTTP. Errors of the bridge are raised as they were there."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote

import httpx

from planner.codec.messages import (
    command_to_json,
    encode,
    event_from_json,
    from_json,
    to_json,
)
from planner.warehouse.commands import Command
from planner.warehouse.errors import NotFound, Unavailable
from planner.warehouse.flows import RoutingPolicy
from planner.warehouse.ids import (
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RuleId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.rules import FloorRule
from planner.warehouse.stock import Balance
from planner.warehouse.view import FloorView
from wms_bridge.alarm_client import AlarmClient
from wms_bridge.answers import (
    BridgeKpis,
    BridgeStatus,
    CommandTaken,
    OutboxEntry,
    ReceiptProgress,
)
from wms_bridge.backoff import BackoffParams, backoff_ms
from wms_bridge.connection import Connection, Param, json_of, repeated
from wms_bridge.count_client import CountClient
from wms_bridge.intervention_client import InterventionClient
from wms_bridge.ledger import LedgerReport
from wms_bridge.order_client import OrderClient
from wms_bridge.picking import PickTaken
from wms_bridge.putting import PutTaken
from wms_bridge.receiving import ReceiptAccepted
from wms_bridge.records.work import (
    Discrepancy,
    NumberedEvent,
    PickRecord,
    PolicyRecord,
    PutRecord,
    RuleRecord,
    SkuRecord,
    StationRecord,
)
from wms_bridge.stocking import NO_SERIALS, StockLoaded

Result = TypeVar("Result")
API_KEY_VARIABLE = "PODHERD_API_KEY"
"""Holds the key that a bridge asks for which has accounts or keys."""
VERIFY_TIMEOUT_S = 300.0
STOCK_PAGE = 10_000
SKUS_PER_PAGE = 10_000


def client_of(url: str) -> "BridgeClient":
    """A client for a program: with the key in the environment (:data:`API_KEY_VARIABLE`), if there
    is one."""
    return BridgeClient(url, os.environ.get(API_KEY_VARIABLE))


class BridgeClient(OrderClient):
    """A typed client. Safe to use from several threads. Every call raises the bridge's own errors
    (:mod:`planner.warehouse.errors`), and :class:`Unavailable` when it cannot be reached. All
    about counts is in ``counts``, about alarms in ``alarms``."""

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ):
        super().__init__(Connection(url, api_key, transport))
        self.counts = CountClient(self._http)
        self.alarms = AlarmClient(self._http)
        self.interventions = InterventionClient(self._http)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def put_skus(self, skus: Sequence[SkuRecord]) -> int:
        """Add to the catalogue; how many were sent."""
        count: int = self._http.send("PUT", "/v1/skus", {"skus": skus})["skus"]
        return count

    def catalogue(self) -> tuple[SkuRecord, ...]:
        """All SKUs."""
        found: list[SkuRecord] = []
        page = self._skus({"limit": SKUS_PER_PAGE})
        found.extend(page)
        while len(page) == SKUS_PER_PAGE:
            page = self._skus({"limit": SKUS_PER_PAGE, "after": page[-1].sku})
            found.extend(page)
        return tuple(found)

    def sku(self, sku: Sku) -> SkuRecord | None:
        """What the catalogue says of one SKU."""
        return next(iter(self._skus({"sku": sku})), None)

    def _skus(self, asked: Mapping[str, Param]) -> tuple[SkuRecord, ...]:
        return from_json(self._http.get("/v1/skus", asked)["skus"], tuple[SkuRecord, ...])

    def put_stock(
        self,
        balances: Sequence[Balance],
        key: str,
        serials: Mapping[int, Sequence[str]] = NO_SERIALS,
    ) -> StockLoaded:
        """Post opening stock, all or nothing, once per key; ``serials`` has which serials some of
        it have, by place in ``balances``."""
        records = [
            {**to_json(balance), **_told(serials.get(index, ()))}
            for index, balance in enumerate(balances)
        ]
        body = {"records": records if serials else balances}
        return from_json(self._http.send("PUT", "/v1/stock", body, key), StockLoaded)

    def stock(
        self, sku: Sku | None = None, slot: SlotId | None = None, pod: PodId | None = None
    ) -> tuple[Balance, ...]:
        """What lies in the slots by the books, asked for page by page."""
        narrowed = {"sku": sku, "slot": slot, "pod": pod}
        asked = {name: value for name, value in narrowed.items() if value is not None}
        found: list[Balance] = []
        after: str | None = ""
        while after is not None:
            page = self._http.get("/v1/stock", {**asked, "after": after, "limit": STOCK_PAGE})
            found += from_json(page["stock"], tuple[Balance, ...])
            after = page["next"]
        return tuple(found)

    def stations(self) -> tuple[StationRecord, ...]:
        """All stations, and which of them an operator has closed."""
        return from_json(self._http.get("/v1/stations")["stations"], tuple[StationRecord, ...])

    def close_station(self, station: StationId, *, at_once: bool = False) -> StationRecord:
        """Close a station, with or without finishing what is on its put wall."""
        path = f"/v1/stations/{quote(station, safe='')}/close"
        return from_json(self._http.send("POST", path, {"at_once": at_once}), StationRecord)

    def open_station(self, station: StationId) -> StationRecord:
        """Let a station work again."""
        answer = self._http.ask("POST", f"/v1/stations/{quote(station, safe='')}/open")
        return from_json(json_of(answer), StationRecord)

    def fail_pick(self, pick: PickId) -> None:
        """A robot arm could not take a pick; a person is to."""
        self._http.ask("POST", f"/v1/picks/{quote(pick, safe='')}/fail")

    def exceptions(self) -> tuple[PickRecord, ...]:
        """Picks that wait for a person because a robot arm failed at them."""
        return from_json(self._http.get("/v1/exceptions")["exceptions"], tuple[PickRecord, ...])

    def picks(
        self, station: StationId, after: int = 0, wait_s: float = 0
    ) -> tuple[PickRecord, ...]:
        """Picks still to do with a number above ``after``; waits up to ``wait_s`` for one."""
        asked: dict[str, Param] = {"after": after, "wait_s": wait_s}
        path = f"/v1/stations/{quote(station, safe='')}/picks"
        return from_json(self._http.get(path, asked)["picks"], tuple[PickRecord, ...])

    def confirm_pick(
        self,
        pick: PickId,
        quantity: int,
        reason: ShortReason | None = None,
        key: str | None = None,
        lot: str = "",
        serials: Sequence[str] = (),
    ) -> PickTaken:
        """Post what was taken, once per pick; ``lot`` is the code that was scanned, if any, and
        ``serials`` are those that were."""
        path = f"/v1/picks/{quote(pick, safe='')}/confirm"
        body = {"quantity": quantity, "reason": reason, "lot": lot, **_told(serials)}
        answer = self._http.ask("POST", path, content=encode(body), key=key)
        return from_json({**json_of(answer), "repeated": repeated(answer)}, PickTaken)

    def send_receipt(
        self, receipt: Receipt, key: str | None = None, serials: Sequence[str] = ()
    ) -> ReceiptAccepted:
        """Hand over goods received, once; ``serials`` are those of the goods, as far as known."""
        body = encode({**to_json(receipt), **_told(serials)})
        answer = self._http.ask("POST", "/v1/receipts", content=body, key=key)
        return from_json({**json_of(answer), "repeated": repeated(answer)}, ReceiptAccepted)

    def receipt(self, receipt: ReceiptId) -> ReceiptProgress | None:
        """How far a receipt is; ``None`` if there is none."""
        try:
            found = self._http.get(f"/v1/receipts/{quote(receipt, safe='')}")
        except NotFound:
            return None
        return from_json(found, ReceiptProgress)

    def receipts(
        self, *, open_only: bool = False, after: int = 0, limit: int = 100
    ) -> tuple[ReceiptProgress, ...]:
        """Receipts with a number above ``after``, oldest first."""
        asked: dict[str, Param] = {"open": str(open_only).lower(), "after": after, "limit": limit}
        return from_json(
            self._http.get("/v1/receipts", asked)["receipts"], tuple[ReceiptProgress, ...]
        )

    def puts(self, station: StationId, after: int = 0, wait_s: float = 0) -> tuple[PutRecord, ...]:
        """Puts still to do with a number above ``after``; waits up to ``wait_s`` for one."""
        asked: dict[str, Param] = {"after": after, "wait_s": wait_s}
        path = f"/v1/stations/{quote(station, safe='')}/puts"
        return from_json(self._http.get(path, asked)["puts"], tuple[PutRecord, ...])

    def confirm_put(
        self, put: PutId, quantity: int, key: str | None = None, serials: Sequence[str] = ()
    ) -> PutTaken:
        """Post what was put into the slot, once per put; ``serials`` are those that were
        scanned."""
        path = f"/v1/puts/{quote(put, safe='')}/confirm"
        body = encode({"quantity": quantity, **_told(serials)})
        answer = self._http.ask("POST", path, content=body, key=key)
        return from_json({**json_of(answer), "repeated": repeated(answer)}, PutTaken)

    def events(self, after: int, wait_s: float = 0, limit: int = 1000) -> tuple[NumberedEvent, ...]:
        """The fleet feed above a number; waits up to ``wait_s`` for an event."""
        asked: dict[str, Param] = {"after": after, "wait_s": wait_s, "limit": limit}
        found = self._http.get("/v1/fleet/events", asked)["events"]
        return tuple(
            NumberedEvent(item["number"], item["at_ms"], event_from_json(item["event"]))
            for item in found
        )

    def send_commands(self, commands: Sequence[Command]) -> tuple[CommandTaken, ...]:
        """Hand over commands of the dispatcher; a result for each. A refused one need not be
        sent again."""
        body = [command_to_json(command) for command in commands]
        results = self._http.send("POST", "/v1/fleet/commands", body)["results"]
        return from_json(results, tuple[CommandTaken, ...])

    def post_view(self, view: FloorView) -> None:
        """Show a view of the floor to those who watch."""
        self._http.ask("POST", "/v1/fleet/view", content=encode(view))

    def set_rule(self, rule: FloorRule) -> RuleRecord:
        """Have a rule of the floor in force."""
        body = {name: value for name, value in to_json(rule).items() if name != "rule"}
        return from_json(self._http.send("PUT", _rule_path(rule.rule), body), RuleRecord)

    def clear_rule(self, rule: RuleId) -> None:
        """End a rule of the floor; :class:`NotFound` if it is not in force."""
        self._http.ask("DELETE", _rule_path(rule))

    def rules(self) -> tuple[RuleRecord, ...]:
        """Rules of the floor in force."""
        return from_json(self._http.get("/v1/rules")["rules"], tuple[RuleRecord, ...])

    def set_policy(self, policy: RoutingPolicy) -> PolicyRecord:
        """Have a routing policy in force."""
        return from_json(self._http.send("PUT", "/v1/policy", policy), PolicyRecord)

    def policy(self) -> PolicyRecord:
        """The routing policy in force."""
        return from_json(self._http.get("/v1/policy"), PolicyRecord)

    def kpis(self) -> BridgeKpis:
        """Counts of the bridge and figures of the floor."""
        return from_json(self._http.get("/v1/kpis"), BridgeKpis)

    def discrepancies(self, limit: int = 100) -> tuple[Discrepancy, ...]:
        """Where slots and books differed, newest first."""
        found = self._http.get("/v1/discrepancies", {"limit": limit})
        return from_json(found["discrepancies"], tuple[Discrepancy, ...])

    def verify(self) -> LedgerReport:
        """Have the books checked."""
        return from_json(
            self._http.get("/v1/ledger/verify", timeout_s=VERIFY_TIMEOUT_S), LedgerReport
        )

    def status(self) -> BridgeStatus:
        """How the bridge is."""
        return from_json(self._http.get("/v1/status"), BridgeStatus)

    def retry_message(self, number: int) -> OutboxEntry:
        """Have a dead message for the WMS delivered after all."""
        return from_json(json_of(self._http.ask("POST", f"/v1/outbox/{number}/retry")), OutboxEntry)


def retrying(
    ask: Callable[[], Result],
    *,
    attempts: int | None = None,
    params: BackoffParams | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """What ``ask`` returns, asked again with growing waits while the bridge is not available.

    :class:`Unavailable` when the last of ``attempts`` fails; without a limit it goes on for
    ever. ``sleep`` (seconds) may raise to stop.
    """
    schedule = params or BackoffParams()
    attempt = 0
    while True:
        attempt += 1
        try:
            return ask()
        except Unavailable:
            if attempts is not None and attempt >= attempts:
                raise
        sleep(backoff_ms(attempt, "bridge", schedule) / 1000)


def _told(serials: Sequence[str]) -> dict[str, list[str]]:
    """Serials as a field of a body; none at all if none are told."""
    return {"serials": list(serials)} if serials else {}


def _rule_path(rule: RuleId) -> str:
    return f"/v1/rules/{quote(rule, safe='')}"
