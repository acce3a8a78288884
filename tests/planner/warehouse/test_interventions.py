"""Interventions that make no sense on any floor."""

import math

import pytest

from planner.codec.messages import (
    command_from_json,
    command_to_json,
    event_from_json,
    event_to_json,
)
from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.errors import InvalidIntervention
from planner.warehouse.events import InterventionAsked
from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.interventions import (
    Intervention,
    InterventionKind,
    InterventionOutcome,
    check_intervention,
)

SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
ONE, TWO, NODE = (RobotId("R1"),), (RobotId("R1"), RobotId("R2")), NodeId("c001r001")
ID, Kind = InterventionId("i1"), InterventionKind

GOOD = [
    Intervention(ID, Kind.STOP, "s"),
    Intervention(ID, Kind.STOP, "s", TWO),
    Intervention(ID, Kind.STOP, "s", area_m=SQUARE),
    Intervention(ID, Kind.LIFT_STOP, "s"),
    Intervention(ID, Kind.REQUEST_ENTRY, "mending", area_m=SQUARE),
    Intervention(ID, Kind.ENTER, "mending"),
    Intervention(ID, Kind.LEAVE, "mending"),
    Intervention(ID, Kind.SEND, robots=ONE, node=NODE),
    Intervention(ID, Kind.FREE, robots=TWO),
    Intervention(ID, Kind.REROUTE, robots=ONE),
    Intervention(ID, Kind.TAKE_OUT, robots=TWO),
    Intervention(ID, Kind.TAKE_IN, robots=TWO),
    Intervention(ID, Kind.CLEAR_RESERVATION, robots=ONE),
]
BAD = [
    ("name", Intervention(ID, Kind.STOP)),
    ("name", Intervention(ID, Kind.LIFT_STOP, " s")),
    ("name", Intervention(ID, Kind.STOP, "entry/mending")),
    ("name", Intervention(ID, Kind.STOP, "x" * 101)),
    ("name", Intervention(ID, Kind.ENTER, "a\nb")),
    ("name", Intervention(ID, Kind.REROUTE, "s", ONE)),
    ("robots", Intervention(ID, Kind.REROUTE)),
    ("robots", Intervention(ID, Kind.REROUTE, robots=TWO)),
    ("robots", Intervention(ID, Kind.SEND, robots=TWO, node=NODE)),
    ("robots", Intervention(ID, Kind.CLEAR_RESERVATION, robots=TWO)),
    ("robots", Intervention(ID, Kind.TAKE_OUT, robots=(RobotId(""),))),
    ("robots", Intervention(ID, Kind.TAKE_OUT, robots=ONE * 1001)),
    ("robots", Intervention(ID, Kind.LIFT_STOP, "s", ONE)),
    ("area_m", Intervention(ID, Kind.STOP, "s", ONE, SQUARE)),
    ("area_m", Intervention(ID, Kind.REQUEST_ENTRY, "e")),
    ("area_m", Intervention(ID, Kind.REQUEST_ENTRY, "e", area_m=SQUARE[:2])),
    ("area_m", Intervention(ID, Kind.STOP, "s", area_m=(*SQUARE[:3], (math.nan, 0.0)))),
    ("area_m", Intervention(ID, Kind.TAKE_IN, robots=ONE, area_m=SQUARE)),
    ("node", Intervention(ID, Kind.SEND, robots=ONE)),
    ("node", Intervention(ID, Kind.FREE, robots=ONE, node=NODE)),
]


@pytest.mark.parametrize("wanted", GOOD, ids=lambda one: one.kind.value)
def test_interventions_that_make_sense_are_let_pass_and_told_alike(wanted: Intervention) -> None:
    check_intervention(wanted)
    assert event_from_json(event_to_json(InterventionAsked(wanted))) == InterventionAsked(wanted)


@pytest.mark.parametrize(("field", "wanted"), BAD)
def test_what_makes_no_sense_is_refused_by_field(field: str, wanted: Intervention) -> None:
    with pytest.raises(InvalidIntervention) as refused:
        check_intervention(wanted)
    assert refused.value.field == field
    assert refused.value.remedy


def test_every_kind_is_tried() -> None:
    assert {one.kind for one in GOOD} == set(Kind)


def test_answers_come_back_as_they_were() -> None:
    for outcome in InterventionOutcome:
        answer = AnswerIntervention(ID, outcome, "R1 is 3 m away")
        assert command_from_json(command_to_json(answer)) == answer
    assert {one for one in InterventionOutcome if not one.final} == {InterventionOutcome.UNDER_WAY}
