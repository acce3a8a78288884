"""The person who puts goods away: each put once, no slot over its capacity."""

import pytest

from planner.warehouse.ids import PodId, PutId, ReceiptId, Sku, SlotId, StationId, VisitId
from planner.warehouse.receipts import PutTask
from sim_worlds.stower import PutOutcome, Stower, StowerParams

S1 = StationId("S1")
EXACT = StowerParams(put_s=8, sigma=0, piece_s=0.5, pieces_max_s=2, pod_s=3)


def put(name: str, quantity: int = 1, slot: str = "P001/A/1/1") -> PutTask:
    pod = PodId(slot.partition("/")[0])
    return PutTask(
        PutId(name), VisitId("V1"), S1, pod, SlotId(slot), ReceiptId("R"), Sku("RED"), quantity
    )


def test_puts_take_their_time_and_fill_the_slot() -> None:
    """8 s and 3 s for a new pod; 8 s and 2 s (at most) for many pieces."""
    stock: dict[SlotId, int] = {}
    stower = Stower(S1, stock, capacity=50, params=EXACT)
    stower.show([put("a"), put("b", 20)], now_ms=1000)
    assert stower.next_ms == 12_000
    assert stower.advance(11_999) == ()
    assert stower.advance(12_000) == (PutOutcome(PutId("a"), 1),)
    assert stower.next_ms == 22_000
    assert stower.advance(22_000) == (PutOutcome(PutId("b"), 20),)
    assert stock == {"P001/A/1/1": 21}
    assert not stower.busy


def test_what_does_not_fit_is_left() -> None:
    stock = {SlotId("P001/A/1/1"): 45}
    stower = Stower(S1, stock, capacity=50, params=EXACT)
    stower.show([put("a", 7), put("b", 1)], 0)
    assert stower.advance(60_000) == (PutOutcome(PutId("a"), 5), PutOutcome(PutId("b"), 0))
    assert stock == {"P001/A/1/1": 50}


def test_a_put_shown_again_is_not_done_again() -> None:
    stock: dict[SlotId, int] = {}
    stower = Stower(S1, stock, capacity=50, params=EXACT)
    stower.show([put("a")], 0)
    stower.show([put("a")], 0)
    assert len(stower.advance(60_000)) == 1
    stower.show([put("a")], 60_000)
    assert stower.advance(120_000) == ()
    assert stock == {"P001/A/1/1": 1}


def test_the_same_seed_gives_the_same_times_and_another_others() -> None:
    times = []
    for seed in (1, 1, 2):
        stower = Stower(S1, {}, capacity=50, seed=seed)
        stower.show([put("a")], 0)
        times.append(stower.next_ms)
    assert times[0] == times[1] != times[2]


def test_times_are_log_normal_around_their_mean() -> None:
    stower = Stower(S1, {}, capacity=10**6, params=StowerParams(put_s=8, sigma=0.4, pod_s=0))
    stower.show([put(f"p{i}") for i in range(4000)], 0)
    stower.advance(10**9)
    assert stower._done_ms / 4000 == pytest.approx(8000, rel=0.03)


@pytest.mark.parametrize("wrong", [{"put_s": 0.0}, {"sigma": -1.0}, {"piece_s": -1.0}])
def test_bad_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        StowerParams(**wrong)
