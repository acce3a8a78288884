"""The wire against a Tryton made of a few lines: sessions, errors, lost answers."""

import asyncio
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from wms_bridge.connectors.tryton import wire as wire_module
from wms_bridge.connectors.tryton.values import at_ms, from_text, to_text, whole
from wms_bridge.connectors.tryton.wire import MAX_ERROR, ChangedMeanwhile, TrytonWire
from wms_bridge.ports.store import DeliveryFailed

Answer = Callable[[dict[str, Any]], httpx.Response]


class Fake:
    """Lets us in and answers everything else with ``answer``."""

    def __init__(self, answer: Answer):
        self.answer = answer
        self.logins = 0
        self.sessions: list[str] = []
        self.calls: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if asked["method"] == "common.db.login":
            self.logins += 1
            return result([7, f"token{self.logins}"])
        if asked["method"] == "model.res.user.get_preferences":
            return result({"company": 1})
        self.calls.append(asked)
        self.sessions.append(request.headers["Authorization"])
        return self.answer(asked)

    def wire(self) -> TrytonWire:
        transport = httpx.MockTransport(self)
        return TrytonWire("http://wms/wms/rpc/", "podherd", "secret", transport=transport)


def result(value: object) -> httpx.Response:
    return httpx.Response(200, json={"id": 1, "result": value})


def failing(answer: Answer, *, asking: bool = False) -> DeliveryFailed:
    """What comes of a change (or a question) that is answered so."""
    wire = Fake(answer).wire()
    call = wire.ask("a.read", 1) if asking else wire.do("a.write", 1)
    with pytest.raises(DeliveryFailed) as failure:
        asyncio.run(call)
    return failure.value


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "PAUSE_S", 0.0)


def test_calls_carry_the_session_and_the_users_context() -> None:
    fake = Fake(lambda asked: result([1]))
    assert asyncio.run(fake.wire().do("stock.move.do", [3], extra=5)) == [1]
    context = {"company": 1, "_skip_warnings": True, "extra": 5}
    assert fake.calls == [{"id": 1, "method": "model.stock.move.do", "params": [[3], context]}]
    assert fake.sessions[0].startswith("Session ")


def test_a_session_that_has_run_out_is_renewed_and_the_call_made_again() -> None:
    answers = [httpx.Response(401), result("done")]
    fake = Fake(lambda asked: answers.pop(0))
    assert asyncio.run(fake.wire().do("a.write", 1)) == "done"
    assert fake.logins == 2
    assert len(set(fake.sessions)) == 2


def test_calls_at_the_same_time_log_in_once() -> None:
    fake = Fake(lambda asked: result(asked["params"][0]))
    wire = fake.wire()

    async def both() -> list[Any]:
        return list(await asyncio.gather(wire.ask("a.read", 1), wire.ask("a.read", 2)))

    assert asyncio.run(both()) == [1, 2]
    assert fake.logins == 1


def test_a_wrong_password_is_no_refusal_of_the_message_and_is_not_told() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(401))
    wire = TrytonWire("http://wms/wms/rpc/", "podherd", "secret", transport=transport)
    with pytest.raises(DeliveryFailed) as failure:
        asyncio.run(wire.ask("a.read", 1))
    assert (failure.value.refused, failure.value.unknown) == (False, False)
    assert "secret" not in failure.value.reason


def test_a_lock_that_is_not_to_be_had_is_tried_again() -> None:
    answers = [httpx.Response(503, text="could not obtain lock"), result("done")]
    fake = Fake(lambda asked: answers.pop(0))
    assert asyncio.run(fake.wire().do("a.write", 1)) == "done"


def test_a_login_that_finds_the_database_locked_is_tried_again() -> None:
    fake = Fake(lambda asked: result("done"))
    answers = [httpx.Response(404), httpx.Response(404)]
    transport = httpx.MockTransport(lambda asked: answers.pop() if answers else fake(asked))
    wire = TrytonWire("http://wms/wms/rpc/", "podherd", "secret", transport=transport)
    assert asyncio.run(wire.do("a.write", 1)) == "done"


def test_a_lock_that_is_never_to_be_had_leaves_nothing_unknown() -> None:
    page = "<html><title>503</title><p>could not obtain lock</p></html>"
    failure = failing(lambda asked: httpx.Response(503, text=page))
    assert (failure.refused, failure.unknown) == (False, False)
    assert failure.reason == "model.a.write: answer 503 503 could not obtain lock"


@pytest.mark.parametrize("asking", [False, True])
@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_error_of_something_between_leaves_a_change_unknown(status: int, asking: bool) -> None:
    failure = failing(lambda asked: httpx.Response(status), asking=asking)
    assert (failure.refused, failure.unknown) == (False, not asking)


@pytest.mark.parametrize("asking", [False, True])
@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
def test_a_lost_answer_leaves_a_change_unknown(
    error: type[httpx.TransportError], asking: bool
) -> None:
    def cut(asked: dict[str, Any]) -> httpx.Response:
        raise error("cut")

    failure = failing(cut, asking=asking)
    assert (failure.refused, failure.unknown) == (False, not asking)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout])
def test_what_never_got_there_is_not_unknown(error: type[httpx.TransportError]) -> None:
    def cut(asked: dict[str, Any]) -> httpx.Response:
        raise error("no route")

    failure = failing(cut)
    assert (failure.refused, failure.unknown) == (False, False)


def test_a_users_error_is_a_refusal_and_cut_short() -> None:
    told = ["UserError", ["The field is wrong", "x" * 48_000, None]]
    failure = failing(lambda asked: httpx.Response(200, json={"id": 1, "error": told}))
    assert failure.refused
    assert failure.reason.startswith("model.a.write: The field is wrong x")
    assert len(failure.reason) < MAX_ERROR + 50


def test_an_error_of_the_program_is_a_refusal_without_its_traceback() -> None:
    told = ["KeyError: 'a'", "Traceback: secret places"]
    failure = failing(lambda asked: httpx.Response(200, json={"id": 1, "error": told}))
    assert failure.refused
    assert failure.reason == "model.a.write: KeyError: 'a'"


def test_a_record_changed_meanwhile_is_told_apart() -> None:
    told = ["ConcurrencyException", "Records were modified"]
    failure = failing(lambda asked: httpx.Response(200, json={"id": 1, "error": told}))
    assert isinstance(failure, ChangedMeanwhile)
    assert (failure.refused, failure.unknown) == (False, False)


def test_an_answer_that_is_no_json_leaves_a_change_unknown() -> None:
    failure = failing(lambda asked: httpx.Response(200, text="half a {"))
    assert failure.unknown


def test_values_go_there_and_back() -> None:
    values = {
        "price": Decimal("1.10"),
        "day": dt.date(2026, 2, 28),
        "at": dt.datetime(2026, 2, 28, 23, 59, 59, 999_999),
        "list": [1, None, "ß"],
    }
    assert from_text(to_text(values)) == values


def test_stamps_are_utc() -> None:
    assert at_ms(dt.datetime(1970, 1, 1, 0, 0, 1)) == 1_000


def test_parts_of_a_piece_are_refused() -> None:
    assert whole(3.0000000001) == 3
    with pytest.raises(DeliveryFailed) as failure:
        whole(2.5)
    assert failure.value.refused
