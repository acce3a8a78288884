"""Talking to a bridge over HTTP. Errors of the bridge are raised as they were there."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from planner.codec.messages import (
    command_to_json,
    decode,
    encode,
    event_from_json,
    from_json,
)
from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidOrder, NotFound, PodherdError, Unavailable
from planner.warehouse.ids import OrderId, PickId, PodId, Sku, SlotId, StationId
from planner.warehouse.orders import PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from planner.warehouse.view import FloorView
from wms_bridge.answers import (
    BridgeKpis,
    BridgeStatus,
    BulkTaken,
    CommandTaken,
    OrderProgress,
    OrderWithLines,
    OutboxEntry,
)
from wms_bridge.backoff import BackoffParams, backoff_ms
from wms_bridge.intake import OrderAccepted
from wms_bridge.ledger import LedgerReport
from wms_bridge.picking import PickTaken
from wms_bridge.problem_codes import kind_of
from wms_bridge.records import (
    AlarmRecord,
    Discrepancy,
    NumberedEvent,
    OrderStatus,
    PickRecord,
    SkuRecord,
    Sort,
)
from wms_bridge.stocking import StockLoaded

Result = TypeVar("Result")
Param = str | int | float
TIMEOUT_S = 10.0
VERIFY_TIMEOUT_S = 300.0
_JSON = "application/json"


class BridgeClient:
    """A typed client. Safe to use from several threads. Every call raises the bridge's own errors
    (:mod:`planner.warehouse.errors`), and :class:`Unavailable` when it cannot be reached."""

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ):
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def site(self) -> Site:
        """The site document."""
        return from_json(self._get("/v1/site"), Site)

    def put_skus(self, skus: Sequence[SkuRecord]) -> int:
        """Add to the catalogue; how many were sent."""
        count: int = self._send("PUT", "/v1/skus", {"skus": skus})["skus"]
        return count

    def catalogue(self) -> tuple[SkuRecord, ...]:
        """All SKUs."""
        return from_json(self._get("/v1/skus")["skus"], tuple[SkuRecord, ...])

    def put_stock(self, balances: Sequence[Balance], key: str) -> StockLoaded:
        """Post opening stock, all or nothing, once per key."""
        body = {"records": balances}
        return from_json(self._send("PUT", "/v1/stock", body, key), StockLoaded)

    def stock(
        self, sku: Sku | None = None, slot: SlotId | None = None, pod: PodId | None = None
    ) -> tuple[Balance, ...]:
        """What lies in the slots by the books."""
        asked = {"sku": sku, "slot": slot, "pod": pod}
        found = self._get("/v1/stock", {k: v for k, v in asked.items() if v is not None})
        return from_json(found["stock"], tuple[Balance, ...])

    def send_order(self, order: PickOrder, key: str | None = None) -> OrderAccepted:
        """Hand over an order, once."""
        answer = self._ask("POST", "/v1/orders", content=encode(_order(order)), key=key)
        return from_json({**_json(answer), "repeated": _repeated(answer)}, OrderAccepted)

    def send_orders(self, orders: Sequence[PickOrder]) -> BulkTaken:
        """Hand over many orders; each is taken or rejected by itself."""
        body = [_order(order) for order in orders]
        return from_json(self._send("POST", "/v1/orders/bulk", body), BulkTaken)

    def send_order_csv(self, raw: bytes) -> BulkTaken:
        """Hand over an order file; see :mod:`wms_bridge.orderfile`."""
        answer = self._ask("POST", "/v1/orders/bulk", content=raw, kind="text/csv")
        return from_json(_json(answer), BulkTaken)

    def order(self, order: OrderId) -> OrderWithLines | None:
        """One order with its lines; ``None`` if there is none."""
        try:
            found = self._get(f"/v1/orders/{quote(order, safe='')}")
        except NotFound:
            return None
        return from_json(found, OrderWithLines)

    def orders(
        self,
        status: OrderStatus | None = None,
        *,
        order: Sort = Sort.NEWEST,
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[OrderProgress, ...]:
        """Orders, newest or oldest first, with a number above ``after`` and below ``before``."""
        bounds = {"status": status, "after": after, "before": before}
        asked: dict[str, Param] = {"order": order.value, "limit": limit}
        asked.update((name, value) for name, value in bounds.items() if value is not None)
        return from_json(self._get("/v1/orders", asked)["orders"], tuple[OrderProgress, ...])

    def picks(
        self, station: StationId, after: int = 0, wait_s: float = 0
    ) -> tuple[PickRecord, ...]:
        """Picks still to do with a number above ``after``; waits up to ``wait_s`` for one."""
        asked: dict[str, Param] = {"after": after, "wait_s": wait_s}
        path = f"/v1/stations/{quote(station, safe='')}/picks"
        return from_json(self._get(path, asked)["picks"], tuple[PickRecord, ...])

    def confirm_pick(
        self,
        pick: PickId,
        quantity: int,
        reason: ShortReason | None = None,
        key: str | None = None,
    ) -> PickTaken:
        """Post what was taken, once per pick."""
        path = f"/v1/picks/{quote(pick, safe='')}/confirm"
        body = encode({"quantity": quantity, "reason": reason})
        answer = self._ask("POST", path, content=body, key=key)
        return from_json({**_json(answer), "repeated": _repeated(answer)}, PickTaken)

    def events(self, after: int, wait_s: float = 0, limit: int = 1000) -> tuple[NumberedEvent, ...]:
        """The fleet feed above a number; waits up to ``wait_s`` for an event."""
        asked: dict[str, Param] = {"after": after, "wait_s": wait_s, "limit": limit}
        found = self._get("/v1/fleet/events", asked)["events"]
        return tuple(
            NumberedEvent(item["number"], item["at_ms"], event_from_json(item["event"]))
            for item in found
        )

    def send_commands(self, commands: Sequence[Command]) -> tuple[CommandTaken, ...]:
        """Hand over commands of the dispatcher; a result for each. A refused one need not be
        sent again."""
        body = [command_to_json(command) for command in commands]
        results = self._send("POST", "/v1/fleet/commands", body)["results"]
        return from_json(results, tuple[CommandTaken, ...])

    def post_view(self, view: FloorView) -> None:
        """Show a view of the floor to those who watch."""
        self._ask("POST", "/v1/fleet/view", content=encode(view))

    def kpis(self) -> BridgeKpis:
        """Counts of the bridge and figures of the floor."""
        return from_json(self._get("/v1/kpis"), BridgeKpis)

    def alarms(self) -> tuple[AlarmRecord, ...]:
        """The latest word on every subject."""
        return from_json(self._get("/v1/alarms")["alarms"], tuple[AlarmRecord, ...])

    def discrepancies(self, limit: int = 100) -> tuple[Discrepancy, ...]:
        """Where slots and books differed, newest first."""
        found = self._get("/v1/discrepancies", {"limit": limit})
        return from_json(found["discrepancies"], tuple[Discrepancy, ...])

    def verify(self) -> LedgerReport:
        """Have the books checked."""
        return from_json(self._get("/v1/ledger/verify", timeout_s=VERIFY_TIMEOUT_S), LedgerReport)

    def status(self) -> BridgeStatus:
        """How the bridge is."""
        return from_json(self._get("/v1/status"), BridgeStatus)

    def retry_message(self, number: int) -> OutboxEntry:
        """Have a dead message for the WMS delivered after all."""
        return from_json(_json(self._ask("POST", f"/v1/outbox/{number}/retry")), OutboxEntry)

    def _get(
        self, path: str, params: Mapping[str, Param] | None = None, timeout_s: float = TIMEOUT_S
    ) -> Any:
        wait_s = float((params or {}).get("wait_s", 0))
        return _json(self._ask("GET", path, params=params, timeout_s=timeout_s + wait_s))

    def _send(self, method: str, path: str, body: object, key: str | None = None) -> Any:
        return _json(self._ask(method, path, content=encode(body), key=key))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Param] | None = None,
        content: bytes | None = None,
        kind: str = _JSON,
        key: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> httpx.Response:
        headers = {} if content is None else {"Content-Type": kind}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            answer = self._http.request(
                method, path, params=params, content=content, headers=headers, timeout=timeout_s
            )
        except httpx.TransportError as error:
            reason = f"{type(error).__name__}: {error}"
            raise Unavailable(reason, field=f"{method} {path}") from error
        if not answer.is_success:
            raise _error_of(answer)
        return answer


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


def _order(order: PickOrder) -> dict[str, object]:
    lines = []
    for index, line in enumerate(order.lines):
        number = line.line.rpartition("#")[2]
        if not number.isdecimal() or line.line != line_id(order.order, int(number)):
            raise InvalidOrder(
                "a line is named <order>#<number>", field=f"lines[{index}].line", value=line.line
            )
        lines.append({"number": int(number), "sku": line.sku, "quantity": line.quantity})
    return {"order": order.order, "due_ms": order.due_ms, "lines": lines}


def _repeated(answer: httpx.Response) -> bool:
    return str(answer.headers.get("Idempotency-Replayed")) == "true"


def _json(answer: httpx.Response) -> Any:
    return decode(answer.content)


def _error_of(answer: httpx.Response) -> PodherdError:
    request = f"{answer.request.method} {answer.request.url.path}"
    try:
        body = decode(answer.content)
        code = body["code"]
    except (PodherdError, KeyError, TypeError):
        return Unavailable(f"answer {answer.status_code} {answer.text[:200]}", field=request)
    kind = kind_of(code)
    if kind is PodherdError and answer.is_server_error:
        return Unavailable(body.get("detail", code), field=request)
    return kind(
        body.get("detail", code),
        field=body.get("field", ""),
        value=body.get("value"),
        remedy=body.get("remedy", ""),
    )
