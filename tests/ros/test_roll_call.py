"""Who is waited for before the fleet hears the time."""

from planner.warehouse.ids import RobotId
from podherd_world.roll_call import RollCall

R01, R02 = RobotId("R01"), RobotId("R02")


def test_one_never_heard_is_not_waited_for() -> None:
    roll = RollCall()
    roll.ask([R01, R02], 500)
    assert roll.complete


def test_those_heard_before_are_waited_for() -> None:
    roll = RollCall()
    for robot in (R01, R02):
        roll.answer(robot, 0)
    roll.ask([R01, R02], 500)
    roll.answer(R01, 500)
    assert not roll.complete
    roll.answer(R02, 0)
    assert not roll.complete, "an answer from before does not count"
    roll.answer(R02, 500)
    assert roll.complete


def test_one_given_up_is_waited_for_again_when_it_is_heard() -> None:
    roll = RollCall()
    roll.answer(R01, 0)
    roll.ask([R01], 500)
    roll.give_up()
    assert roll.complete
    roll.ask([R01], 1_000)
    assert roll.complete
    roll.answer(R01, 1_000)
    roll.ask([R01], 1_500)
    assert not roll.complete
