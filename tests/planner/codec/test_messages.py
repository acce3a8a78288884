"""The vocabulary survives the way through JSON, and wrong JSON is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.codec.messages import (
    command_from_json,
    command_to_json,
    decode,
    encode,
    event_from_json,
    event_to_json,
)
from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidMessage, InvalidOrder
from planner.warehouse.events import Event
from planner.warehouse.ids import LineId, OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance

finite = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(float, finite)


def positive_order_lines() -> st.SearchStrategy[object]:
    return st.builds(
        OrderLine,
        line=st.text().map(LineId),
        sku=st.text().map(Sku),
        quantity=st.integers(1, 10**6),
    )


def orders() -> st.SearchStrategy[object]:
    return st.builds(
        PickOrder,
        order=st.text().map(OrderId),
        lines=st.lists(positive_order_lines(), min_size=1, max_size=4).map(tuple),
        due_ms=st.none() | st.integers(0, 2**53),
    )


def balances() -> st.SearchStrategy[object]:
    return st.builds(
        Balance,
        slot=st.text().map(SlotId),
        sku=st.text().map(Sku),
        quantity=st.integers(0, 10**6),
    )


def receipts() -> st.SearchStrategy[object]:
    return st.builds(
        Receipt,
        receipt=st.text().map(ReceiptId),
        sku=st.text().map(Sku),
        quantity=st.integers(1, 10**6),
    )


def _register() -> None:
    st.register_type_strategy(Receipt, receipts())  # type: ignore[arg-type]
    st.register_type_strategy(OrderLine, positive_order_lines())  # type: ignore[arg-type]
    st.register_type_strategy(PickOrder, orders())  # type: ignore[arg-type]
    st.register_type_strategy(Balance, balances())  # type: ignore[arg-type]
    st.register_type_strategy(int, st.integers(-(2**53), 2**53))


_register()


@given(st.from_type(Event))  # type: ignore[arg-type]
def test_every_event_comes_back_the_same(event: Event) -> None:
    assert event_from_json(decode(encode(event_to_json(event)))) == event


@given(st.from_type(Command))  # type: ignore[arg-type]
def test_every_command_comes_back_the_same(command: Command) -> None:
    assert command_from_json(decode(encode(command_to_json(command)))) == command


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ({"type": "Surprise"}, "Surprise"),
        ([], "unknown event"),
        ({"type": "PickConfirmed", "pick": "p"}, "quantity"),
        ({"type": "PickConfirmed", "pick": "p", "quantity": "many"}, "quantity"),
        ({"type": "PickConfirmed", "pick": "p", "quantity": 1, "reason": "mood"}, "reason"),
    ],
)
def test_wrong_json_is_refused_by_name(document: object, names: str) -> None:
    with pytest.raises(InvalidMessage, match=names):
        event_from_json(document)


def test_a_line_of_nothing_is_refused_with_its_field() -> None:
    line = {"line": "A#1", "sku": "x", "quantity": 0}
    document = {"type": "OrderReceived", "order": {"order": "A", "lines": [line]}}
    with pytest.raises(InvalidOrder, match=r"A#1\.quantity: quantity must be positive \(found 0\)"):
        event_from_json(document)


def test_text_that_is_not_json() -> None:
    with pytest.raises(InvalidMessage, match="not JSON"):
        decode("{")
