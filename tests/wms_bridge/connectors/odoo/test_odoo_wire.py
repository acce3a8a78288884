"""The wire against an Odoo made of a few lines: errors, clashes, lost answers. The shapes of the
answers are those of an Odoo 14."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from wms_bridge.connectors.odoo import wire as wire_module
from wms_bridge.connectors.odoo.wire import MAX_ERROR, TRIES, ChangedMeanwhile, OdooWire
from wms_bridge.ports.store import DeliveryFailed

Answer = Callable[[list[Any]], httpx.Response]
CLASH = "psycopg2.errors.SerializationFailure"


class Fake:
    """Lets us in and answers everything else with ``answer``."""

    def __init__(self, answer: Answer):
        self.answer = answer
        self.logins = 0
        self.calls: list[list[Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = json.loads(request.content)["params"]
        if params["service"] == "common":
            self.logins += 1
            return result(7)
        self.calls.append(params["args"])
        return self.answer(params["args"])

    def wire(self) -> OdooWire:
        transport = httpx.MockTransport(self)
        return OdooWire("http://wms/jsonrpc", "db", "podherd", "secret", transport=transport)


def result(value: object) -> httpx.Response:
    return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": value})


def error(name: str, message: str) -> httpx.Response:
    data = {"name": name, "message": message, "debug": "Traceback\n" * 500, "arguments": []}
    told = {"code": 200, "message": "Odoo Server Error", "data": data}
    return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "error": told})


def failing(answer: Answer, *, asking: bool = False) -> DeliveryFailed:
    """What comes of a change (or a question) that is answered so."""
    wire = Fake(answer).wire()
    call = wire.ask("a", "read", [1]) if asking else wire.do("a", "write", [1])
    with pytest.raises(DeliveryFailed) as failure:
        asyncio.run(call)
    return failure.value


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "PAUSE_S", 0.0)


def test_calls_carry_the_user_and_what_is_named() -> None:
    fake = Fake(lambda args: result(True))
    assert asyncio.run(fake.wire().do("stock.picking", "write", [3], context={"a": 1})) is True
    who = ["db", 7, "secret"]
    assert fake.calls == [[*who, "stock.picking", "write", [[3]], {"context": {"a": 1}}]]


def test_calls_at_the_same_time_log_in_once() -> None:
    fake = Fake(lambda args: result(args[5][0]))
    wire = fake.wire()

    async def both() -> list[Any]:
        return list(await asyncio.gather(wire.ask("a", "read", 1), wire.ask("a", "read", 2)))

    assert asyncio.run(both()) == [1, 2]
    assert fake.logins == 1


def test_a_method_that_returns_nothing_is_answered_without_a_result() -> None:
    fake = Fake(lambda args: httpx.Response(200, json={"jsonrpc": "2.0", "id": 1}))
    assert asyncio.run(fake.wire().do("a", "write", [1])) is None


def test_a_wrong_password_is_no_refusal_of_the_message_and_is_not_told() -> None:
    transport = httpx.MockTransport(lambda request: result(False))
    wire = OdooWire("http://wms/jsonrpc", "db", "podherd", "secret", transport=transport)
    with pytest.raises(DeliveryFailed) as failure:
        asyncio.run(wire.ask("a", "read", 1))
    assert (failure.value.refused, failure.value.unknown) == (False, False)
    assert "secret" not in failure.value.reason


def test_transactions_in_each_others_way_are_tried_again() -> None:
    answers = [error(CLASH, "could not serialize access due to concurrent update"), result("done")]
    fake = Fake(lambda args: answers.pop(0))
    assert asyncio.run(fake.wire().do("a", "write", 1)) == "done"


def test_a_clash_that_never_ends_leaves_nothing_unknown() -> None:
    fake = Fake(lambda args: error(CLASH, "could not serialize access"))
    with pytest.raises(DeliveryFailed) as failure:
        asyncio.run(fake.wire().do("a", "write", 1))
    assert (failure.value.refused, failure.value.unknown) == (False, False)
    assert len(fake.calls) == TRIES


def test_what_odoo_refuses_is_refused_and_told_short() -> None:
    failure = failing(lambda args: error("odoo.exceptions.UserError", "No.\n" * 1000))
    assert (failure.refused, failure.unknown) == (True, False)
    assert failure.reason.startswith("a.write: No. No.")
    assert len(failure.reason) <= len("a.write: ") + MAX_ERROR
    assert "Traceback" not in failure.reason


def test_a_record_that_is_gone_is_looked_at_again() -> None:
    failure = failing(lambda args: error("odoo.exceptions.MissingError", "Record does not exist"))
    assert isinstance(failure, ChangedMeanwhile)
    assert not failure.refused


@pytest.mark.parametrize(
    ("name", "refused"),
    [("psycopg2.OperationalError", False), ("psycopg2.IntegrityError", True)],
)
def test_a_database_that_is_not_well_is_no_refusal(name: str, refused: bool) -> None:
    assert failing(lambda args: error(name, "oh")).refused is refused


@pytest.mark.parametrize(
    ("broken", "unknown"),
    [
        (httpx.ConnectError("no"), False),
        (httpx.ReadError("cut"), True),
        (httpx.ReadTimeout("late"), True),
    ],
)
def test_a_lost_answer_is_unknown_only_if_the_request_got_there(
    broken: httpx.HTTPError, unknown: bool
) -> None:
    def cut(args: list[Any]) -> httpx.Response:
        raise broken

    failure = failing(cut)
    assert (failure.refused, failure.unknown) == (False, unknown)
    assert not failing(cut, asking=True).unknown


@pytest.mark.parametrize("text", ["<html>no</html>", "[]", '{"hello": 1}'])
def test_an_answer_that_is_none_of_odoos_is_unknown(text: str) -> None:
    assert failing(lambda args: httpx.Response(200, text=text)).unknown


@pytest.mark.parametrize(("code", "unknown"), [(502, True), (504, True), (403, False)])
def test_a_proxy_does_not_tell_what_odoo_does(code: int, unknown: bool) -> None:
    failure = failing(lambda args: httpx.Response(code))
    assert (failure.refused, failure.unknown) == (False, unknown)
