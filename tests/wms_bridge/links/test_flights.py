"""What is done with a message when, and what an outcome makes of it."""

from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import OrderId
from wms_bridge import flights
from wms_bridge.backoff import BackoffParams
from wms_bridge.flights import Circuit, CircuitState, Patience, Step
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage

WAITS = BackoffParams(first_ms=100, longest_ms=1_000, jitter=0.0)
PATIENCE = Patience(5, WAITS)
MESSAGE = OutboxMessage(1, "order-confirmed/A", OrderId("A"), "{}", 0)
UNKNOWN = DeliveryFailed("timeout", refused=False, unknown=True)
AWAY = DeliveryFailed("connection refused", refused=False)
NO = DeliveryFailed("422", refused=True)


def test_a_message_that_is_not_under_way_is_sent() -> None:
    assert flights.next_step(MESSAGE, 15_000, 0) is Step.SEND


@given(st.integers(1, 100_000), st.integers(0, 200_000))
def test_a_message_under_way_is_never_sent_before_it_was_searched(fence: int, quiet: int) -> None:
    flying = flights.take_off(MESSAGE, fence, 1_000)
    step = flights.next_step(flying, fence, quiet)
    assert step is (Step.SEARCH if quiet >= fence else Step.WAIT)
    assert flights.next_step(flights.not_found(flying, 2_000), fence, quiet) is Step.SEND


def test_a_wms_that_knows_repeats_is_sent_the_message_again_at_once() -> None:
    tried = flights.not_landed(MESSAGE, UNKNOWN, 0, PATIENCE, 1_000)
    assert (tried.flying_ms, tried.next_ms, tried.pending) == (None, 1_000, True)
    assert flights.next_step(tried, 0, 0) is Step.SEND


def test_an_unknown_outcome_keeps_the_message_under_way_until_the_fence_has_passed() -> None:
    flying = flights.take_off(MESSAGE, 15_000, 1_000)
    tried = flights.not_landed(flying, UNKNOWN, 15_000, PATIENCE, 4_000)
    assert (tried.flying_ms, tried.next_ms, tried.attempts) == (4_000, 19_000, 1)


def test_a_definite_answer_ends_the_flight() -> None:
    flying = flights.take_off(MESSAGE, 15_000, 1_000)
    landed = flights.landed(flying, "done", 2_000)
    assert (landed.flying_ms, landed.delivered_ms, landed.outcome) == (None, 2_000, "done")
    away = flights.not_landed(flying, AWAY, 15_000, PATIENCE, 2_000)
    assert (away.flying_ms, away.next_ms, away.refusals) == (None, 2_000, 0)
    refused = flights.not_landed(flying, NO, 15_000, PATIENCE, 2_000)
    assert (refused.flying_ms, refused.next_ms, refused.refusals) == (None, 2_100, 1)


def test_a_message_refused_too_often_is_dead() -> None:
    message = MESSAGE
    for refusals in range(1, 6):
        assert message.pending
        message = flights.not_landed(message, NO, 0, PATIENCE, 1_000 * refusals)
    assert (message.pending, message.dead_ms, message.refusals) == (False, 5_000, 5)


def test_a_hint_that_is_refused_does_not_hold_up_its_order_for_long() -> None:
    hint = OutboxMessage(1, "reserve-order/A", OrderId("A"), "{}", 0)
    for _ in range(flights.HINT_REFUSALS):
        hint = flights.not_landed(hint, NO, 0, PATIENCE, 1_000)
    assert not hint.pending


def test_a_search_that_is_refused_leaves_the_message_under_way() -> None:
    flying = flights.take_off(MESSAGE, 15_000, 1_000)
    kept = flights.not_searched(flying, NO, PATIENCE, 20_000)
    assert (kept.flying_ms, kept.refusals, kept.next_ms) == (1_000, 1, 20_100)
    away = flights.not_searched(flying, AWAY, PATIENCE, 20_000)
    assert (away.flying_ms, away.refusals, away.next_ms) == (1_000, 0, 20_000)


def test_long_errors_are_cut() -> None:
    tried = flights.not_landed(
        MESSAGE, DeliveryFailed("x" * 48_000, refused=True), 0, PATIENCE, 1_000
    )
    assert len(tried.error) == flights.MAX_ERROR_LENGTH


def test_circuit_opens_tries_once_and_closes() -> None:
    circuit = Circuit()
    assert (circuit.state(0), circuit.allowed(0, 8)) == (CircuitState.CLOSED, 8)
    circuit = circuit.failed(0, WAITS)
    assert (circuit.state(99), circuit.allowed(99, 8)) == (CircuitState.OPEN, 0)
    assert (circuit.state(100), circuit.allowed(100, 8)) == (CircuitState.HALF_OPEN, 1)
    circuit = circuit.failed(100, WAITS)
    assert circuit == Circuit(2, 300)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=20))
def test_failures_of_requests_under_way_when_it_opened_count_once(times_ms: list[int]) -> None:
    circuit = Circuit().failed(0, WAITS)
    for at_ms in times_ms:
        circuit = circuit.failed(at_ms, WAITS)
    assert circuit.failures == 1
