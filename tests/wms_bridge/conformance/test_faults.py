"""Faults by plan: the same plan does the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from wms_bridge.conformance.faults import Fault, FaultKind, Plan, parse_fault, parse_plan


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("delay=0.5", Fault(FaultKind.DELAY, 0.5)),
        ("cut-down=0", Fault(FaultKind.CUT_DOWN, 0)),
        ("cut-up", Fault(FaultKind.CUT_UP, 0)),
        ("half-open", Fault(FaultKind.HALF_OPEN)),
        ("503", Fault(FaultKind.BUSY)),
        ("throttle=1000", Fault(FaultKind.THROTTLE, 1000)),
    ],
)
def test_faults_are_written_in_words(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault
    assert parse_fault(str(fault)) == fault


@pytest.mark.parametrize("text", ["", "delay", "delay=-1", "delay=x", "drop=3", "late=inf", "eat"])
def test_what_is_no_fault_is_told(text: str) -> None:
    with pytest.raises(InvalidMessage, match="no such fault"):
        parse_fault(text)


@given(st.integers(0, 2**32), st.floats(0, 1), st.integers(0, 500))
def test_a_plan_does_the_same_to_the_same_request(seed: int, rate: float, number: int) -> None:
    faults = (Fault(FaultKind.DROP), Fault(FaultKind.BUSY))
    assert Plan(faults, rate, seed).fault(number) == Plan(faults, rate, seed).fault(number)


def test_a_plan_meets_the_share_of_requests_it_says() -> None:
    plan = parse_plan(["drop", "503", "delay=1"], 0.2, 7)
    met = [fault for fault in map(plan.fault, range(5_000)) if fault is not None]
    assert 900 < len(met) < 1_100
    assert set(met) == set(plan.faults)
    assert Plan().fault(0) is None
    assert Plan((Fault(FaultKind.DROP),), 0.0).fault(0) is None
