"""Many orders at once: what is wrong with one does not hold up the others."""

from collections.abc import Callable

import httpx
import pytest

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.orders import PickOrder
from wms_bridge.answers import Rejection
from wms_bridge.client import BridgeClient
from wms_bridge.records.work import Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
T = "2011-12-08 09:30:00"


def csv_of(rows: int) -> list[str]:
    """A header and ``rows`` rows; orders of four lines each."""
    return [
        "order_id,ts,sku,qty",
        *(f"O{number // 4:04d},{T},{('RED', 'BLUE')[number % 2]},1" for number in range(rows)),
    ]


def test_malformed_row_3817_of_10_000_rejects_its_order_and_the_rest_goes_on(
    client: BridgeClient, stocked: Bridge
) -> None:
    rows = csv_of(10_000)
    broken = rows[3816]
    rows[3816] = broken.removesuffix("1") + "three"
    answer = client.send_order_csv("\n".join(rows).encode())
    order = broken.partition(",")[0]
    assert (answer.accepted, answer.rejected) == (2_499, 1)
    assert answer.rejected_orders == (order,)
    [rejection] = answer.rejections
    assert (rejection.row, rejection.order) == (3_817, order)
    assert (rejection.code, rejection.field, rejection.value) == ("invalid_order", "qty", "three")
    assert rejection.problem
    assert rejection.remedy
    assert stocked.tallies()[Tally.ORDERS_RECEIVED] == 2_499
    assert client.send_order_csv("\n".join(rows).encode()).repeated == 2_499


def test_unknown_sku_is_told_with_the_row_of_its_line(client: BridgeClient) -> None:
    rows = csv_of(8)
    rows[7] = f"O0001,{T},GREEN,1"
    answer = client.send_order_csv("\n".join(rows).encode())
    assert (answer.accepted, answer.rejected_orders) == (1, ("O0001",))
    [rejection] = answer.rejections
    assert (rejection.row, rejection.field, rejection.value) == (8, "lines[2].sku", "GREEN")


def test_file_with_a_wrong_header_is_refused(client: BridgeClient) -> None:
    with pytest.raises(InvalidOrder, match="row 1"):
        client.send_order_csv(b"order,when,article,pieces\n")


def test_json_orders_are_taken_one_by_one(url: str, client: BridgeClient) -> None:
    good = {"order": "A", "lines": [{"sku": "RED", "quantity": 1}]}
    body: list[object] = [
        good,
        {**good, "order": "B", "lines": [{"sku": "GREEN", "quantity": 1}]},
        {"order": "C"},
        7,
        {**good, "order": "D", "lines": [{"sku": "RED", "quantity": 0}]},
        {**good, "due_ms": 5},
        good,
    ]
    answer = httpx.post(f"{url}/v1/orders/three%20pods/bulk", json=body).json()
    assert (answer["accepted"], answer["repeated"], answer["rejected"]) == (2, 1, 5)
    found = [(item["row"], item["order"], item["code"]) for item in answer["rejections"]]
    assert found == [
        (2, "B", "invalid_order"),
        (3, "C", "invalid_order"),
        (4, "", "invalid_order"),
        (5, "D", "invalid_order"),
        (6, "A", "idempotency_conflict"),
    ]
    assert [order.order for order in client.orders()] == ["A"]


def test_client_sends_many(client: BridgeClient, order: OrderMaker) -> None:
    answer = client.send_orders([order("A", RED=1), order("B", GREEN=2), order("C", BLUE=1)])
    assert (answer.accepted, answer.rejected_orders) == (2, ("B",))
    assert isinstance(answer.rejections[0], Rejection)
    assert answer.rejections[0].row == 2
