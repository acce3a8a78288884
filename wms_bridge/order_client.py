"""Talking to a bridge about orders."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from planner.codec.messages import encode, from_json
from planner.warehouse.errors import InvalidOrder, NotFound
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder, line_id
from planner.warehouse.site import Site
from wms_bridge.answers import BulkTaken, OrderProgress, OrderWithLines
from wms_bridge.changing import OrderAltered
from wms_bridge.connection import CSV, Connection, Param, json_of, repeated
from wms_bridge.intake import OrderAccepted
from wms_bridge.records.work import OrderStatus, Sort

BULK_TIMEOUT_S = 600.0


class OrderClient:
    """Orders of the site that the bridge runs."""

    def __init__(self, http: Connection):
        self._http = http
        self._orders = ""

    def site(self) -> Site:
        """The site document."""
        return from_json(self._http.get("/v1/site"), Site)

    def send_order(self, order: PickOrder) -> OrderAccepted:
        """Hand over an order, once."""
        body = _order(order)
        del body["order"]
        answer = self._http.ask("PUT", self._of_order(order.order), content=encode(body))
        return from_json({**json_of(answer), "repeated": repeated(answer)}, OrderAccepted)

    def send_orders(self, orders: Sequence[PickOrder]) -> BulkTaken:
        """Hand over many orders; each is taken or rejected by itself."""
        body = [_order(order) for order in orders]
        return from_json(self._http.send("POST", self._of_orders("bulk"), body), BulkTaken)

    def send_order_csv(
        self, content: bytes | Iterable[bytes], key: str | None = None, kind: str = CSV
    ) -> BulkTaken:
        """Hand over an order file, see :mod:`wms_bridge.orderfile`. With a ``key`` the bridge
        remembers how far it is: sent again, it goes on where it stopped."""
        answer = self._http.ask(
            "POST",
            self._of_orders("bulk"),
            content=content,
            kind=kind,
            key=key,
            timeout_s=BULK_TIMEOUT_S,
        )
        return from_json(json_of(answer), BulkTaken)

    def bulk(self, key: str) -> BulkTaken | None:
        """How far an order file is that was sent under a key; ``None`` if none was."""
        try:
            found = self._http.get(f"/v1/bulk/{path_of(key)}")
        except NotFound:
            return None
        return from_json(found, BulkTaken)

    def rejects(self, key: str) -> bytes:
        """The rejected rows of an order file that was sent under a key, as CSV."""
        return self._http.ask("GET", f"/v1/bulk/{path_of(key)}/rejects").content

    def order(self, order: OrderId) -> OrderWithLines | None:
        """One order with its lines; ``None`` if there is none."""
        try:
            found = self._http.get(self._of_order(order))
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
        return from_json(
            self._http.get(self._of_orders(), asked)["orders"], tuple[OrderProgress, ...]
        )

    def cancel_order(self, order: OrderId, key: str | None = None) -> OrderAltered:
        """Stop an order; what is picked of it stays in its tote."""
        return self._alter("POST", self._of_order(order, "/cancel"), None, key)

    def change_order(self, order: PickOrder, key: str | None = None) -> OrderAltered:
        """Give an open order new contents, all or nothing."""
        body = _order(order)
        del body["order"]
        return self._alter("POST", self._of_order(order.order, "/change"), body, key)

    def prioritise_order(
        self, order: OrderId, priority: int, due_ms: int | None = None, key: str | None = None
    ) -> OrderAltered:
        """Make an open order urgent (1 or more) or ordinary (0)."""
        body = {"priority": priority, "due_ms": due_ms}
        return self._alter("POST", self._of_order(order, "/priority"), body, key)

    def _alter(self, method: str, path: str, body: object, key: str | None) -> OrderAltered:
        content = None if body is None else encode(body)
        answer = self._http.ask(method, path, content=content, key=key)
        return from_json({**json_of(answer), "repeated": repeated(answer)}, OrderAltered)

    def _of_orders(self, what: str = "") -> str:
        """The path of all orders of the site, whose name is asked for once."""
        if not self._orders:
            self._orders = f"/v1/orders/{path_of(self.site().name)}"
        return f"{self._orders}/{what}" if what else self._orders

    def _of_order(self, order: OrderId, what: str = "") -> str:
        return self._of_orders(f"{path_of(order)}{what}")


def path_of(name: str) -> str:
    """A name as a part of a path. Dots alone would mean folders, so they are encoded, too."""
    encoded = quote(name, safe="")
    return encoded if encoded.strip(".") else encoded.replace(".", "%2E")


def _order(order: PickOrder) -> dict[str, object]:
    lines = []
    for index, line in enumerate(order.lines):
        number = line.line.rpartition("#")[2]
        if not number.isdecimal() or line.line != line_id(order.order, int(number)):
            raise InvalidOrder(
                "a line is named <order>#<number>", field=f"lines[{index}].line", value=line.line
            )
        told = {"number": int(number), "sku": line.sku, "quantity": line.quantity}
        lines.append(told | ({"owner": line.owner} if line.owner else {}))
    return {
        "order": order.order,
        "due_ms": order.due_ms,
        "priority": order.priority,
        "lines": lines,
    }
