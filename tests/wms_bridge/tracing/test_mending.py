"""Links that are wrong are found by what gates read, and mended, never silently."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, TooLate
from tests.wms_bridge.tracing.conftest import sgtin, sscc
from tests.wms_bridge.tracing.conveying import convey, hall, links_right, score
from wms_bridge.ports.store import Store
from wms_bridge.records.tracing import Doubt, MendQuery, MendState
from wms_bridge.serials.believing import Look, MendParams, believe
from wms_bridge.serials.mending import Seen
from wms_bridge.serials.packing import Packing
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

Receive = Callable[..., list[str]]
PackingMaker = Callable[..., Packing]
GATE_MS = 600_000


def gate(turn: int, codes: list[str], parent: str | None) -> tuple[Seen, int]:
    at_ms = turn * GATE_MS
    return Seen(f"read-{turn}-{parent}", at_ms, f"gate {turn}", tuple(codes), parent), at_ms


@pytest.fixture
def cases(traces: Traces, receive: Receive, packing: PackingMaker) -> list[str]:
    """Six bottles: three in case 1, two in case 2, the last in none."""
    codes = receive("R1", 6, 10)
    traces.pack(packing("k1", sscc(1), codes[:3], 11), 11)
    traces.pack(packing("k2", sscc(2), codes[3:5], 11), 11)
    return codes


def packs_of(traces: Traces, code: str) -> tuple[str, ...]:
    thing = traces.where(Subject.ITEM, code).thing
    assert thing is not None
    return thing.packs


def test_right_links_are_left_alone(traces: Traces, cases: list[str]) -> None:
    for turn in range(1, 8):
        assert traces.see(*gate(turn, cases[:3], sscc(1))).mends == ()
        assert traces.see(*gate(turn, cases[3:5], sscc(2))).mends == ()


def test_a_missing_link_is_proposed_and_then_made(traces: Traces, cases: list[str]) -> None:
    together = [*cases[:3], cases[5]]
    assert traces.see(*gate(1, together, sscc(1))).mends == ()
    [proposed] = traces.see(*gate(2, together, sscc(1))).mends
    assert (proposed.state, proposed.was) == (MendState.PROPOSED, None)
    assert packs_of(traces, cases[5]) == ()
    [applied] = traces.see(*gate(3, together, sscc(1))).mends
    assert (applied.number, applied.state) == (proposed.number, MendState.APPLIED)
    assert applied.evidence == tuple(f"read-{turn}-{sscc(1)}" for turn in (1, 2, 3))
    assert packs_of(traces, cases[5]) == (sscc(1),)
    assert traces.history(Subject.ITEM, cases[5]).path[-1].cause == f"mend/{applied.number}"


def test_a_wrong_parent_is_changed_and_told(traces: Traces, store: Store, cases: list[str]) -> None:
    for turn in range(1, 6):
        traces.see(*gate(turn, cases[:2], sscc(1)))
        traces.see(*gate(turn, cases[2:5], sscc(2)))
    assert packs_of(traces, cases[2]) == (sscc(2),)
    [mend] = traces.mends(MendQuery())
    assert (mend.child, mend.was, mend.now) == (cases[2], sscc(1), sscc(2))
    with store.reading() as tx:
        told = [record.body for record in tx.epcis(0, 10)][-2:]
    assert ['"DELETE"' in told[0], '"ADD"' in told[1]] == [True, True]


def test_what_is_read_elsewhere_is_in_no_pack(traces: Traces, cases: list[str]) -> None:
    for turn in range(1, 6):
        traces.see(*gate(turn, cases[:2], sscc(1)))
        traces.see(*gate(turn, [cases[2]], None))
    assert packs_of(traces, cases[2]) == ()


def test_a_dead_tag_breaks_no_link(traces: Traces, cases: list[str]) -> None:
    for turn in range(1, 30):
        assert traces.see(*gate(turn, cases[:2], sscc(1))).mends == ()
    assert packs_of(traces, cases[2]) == (sscc(1),)


def test_a_pack_whose_tag_is_not_read_is_there_all_the_same(
    traces: Traces, cases: list[str]
) -> None:
    for turn in range(1, 10):
        assert traces.see(*gate(turn, cases[:3], None)).mends == ()


def test_reads_at_once_are_one_reading(traces: Traces, cases: list[str]) -> None:
    for number in range(10):
        seen = Seen(f"r{number}", GATE_MS + number, "gate", (cases[5],), sscc(1))
        assert traces.see(seen, GATE_MS + number).mends == ()


def test_a_supervisor_rejects_and_the_same_reads_ask_no_more(
    traces: Traces, cases: list[str]
) -> None:
    for turn in (1, 2):
        traces.see(*gate(turn, [cases[5]], sscc(1)))
    [proposed] = traces.mends(MendQuery(state=MendState.PROPOSED))
    number, now_ms = proposed.mend.number, 2 * GATE_MS + 1
    rejected = traces.decide(number, False, "kim", "looked into the case", now_ms)
    assert rejected.mend.state is MendState.REJECTED
    assert traces.decide(number, False, "kim", "again", now_ms + 1) == rejected
    with pytest.raises(TooLate):
        traces.decide(number, True, "kim", "no, yes", now_ms + 2)
    assert traces.see(*gate(3, [cases[5]], sscc(1))).mends == ()
    assert packs_of(traces, cases[5]) == ()
    assert [m.state for m in traces.see(*gate(4, [cases[5]], sscc(1))).mends] == [
        MendState.PROPOSED
    ]


def test_a_supervisor_approves(traces: Traces, cases: list[str]) -> None:
    for turn in (1, 2):
        traces.see(*gate(turn, [cases[5]], sscc(1)))
    [proposed] = traces.mends(MendQuery(state=MendState.PROPOSED))
    decided = traces.decide(proposed.mend.number, True, "kim", "it is in", 2 * GATE_MS + 1)
    assert (decided.mend.decided_by, decided.mend.reason) == ("kim", "it is in")
    assert packs_of(traces, cases[5]) == (sscc(1),)


def test_another_place_is_not_mended_without_asking(
    traces: Traces, receive: Receive, cases: list[str]
) -> None:
    [other] = receive("R2", 1, 12)
    for turn in range(1, 8):
        traces.see(*gate(turn, [*cases[:3], other], sscc(1)))
    [proposed] = traces.mends(MendQuery())
    assert proposed.mend.state is MendState.PROPOSED
    with pytest.raises(TooLate, match="another place"):
        traces.decide(proposed.mend.number, True, "kim", "it is in", 8 * GATE_MS)
    assert packs_of(traces, other) == ()


def test_evidence_counts_once_and_strangers_are_doubts(traces: Traces, cases: list[str]) -> None:
    first = traces.see(*gate(1, [cases[0], sgtin("ghost")], sscc(1)))
    assert first.unknown == 1
    assert traces.see(*gate(1, [cases[0], sgtin("ghost")], sscc(1))).repeated
    assert [(d.doubt, d.name) for d in traces.doubts()] == [(Doubt.UNKNOWN, sgtin("ghost"))]
    with pytest.raises(IdempotencyConflict):
        traces.see(*gate(1, [cases[1]], sscc(1)))
    old = Seen("old", 0, "gate", (cases[0],), None)
    with pytest.raises(InvalidMessage, match="too old"):
        traces.see(old, 10**12)


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_a_hall_are_found_and_mended(seed: int) -> None:
    dice = random.Random(seed)
    built = hall(dice, cases=10, bottles=12, fault_rate=0.1, dead=0.01)
    convey(built, dice, passes=8, read=0.95, stray=0.1)
    result = score(built)
    assert result.wrong >= 5
    assert result.precision >= 0.95
    assert result.recall >= 0.8
    assert links_right(built) >= 0.97


looks = st.lists(
    st.builds(
        Look,
        st.text(min_size=1, max_size=3),
        st.none() | st.integers(1, 3),
        st.booleans(),
        st.frozensets(st.integers(1, 3), max_size=2),
    ),
    max_size=12,
)


@given(st.none() | st.integers(1, 3), looks)
def test_beliefs_are_probabilities_and_rest_on_evidence(book: int | None, seen: list[Look]) -> None:
    belief = believe(book, seen, MendParams())
    assert 0 < belief.confidence <= 1 + 1e-9
    assert set(belief.evidence) <= {look.evidence for look in seen if look.seen}
    if belief.pack not in (book, None):
        assert any(look.seen and look.pack == belief.pack for look in seen)


def test_params_that_make_no_sense_are_refused() -> None:
    for wrong in ({"read": 0.01}, {"propose": 0.4}, {"least": 0}, {"apply": 1.0}):
        with pytest.raises(ValueError, match=r"needed|between"):
            MendParams(**wrong)
