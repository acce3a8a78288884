"""Any sequence of messages and drives: the base never shrinks, nothing unreleased is driven."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from planner.vda5050.execution import OrderExecution
from planner.warehouse.ids import ActionId
from planner.warehouse.robot import Pose, RobotState
from planner.warehouse.transport import Action, ActionKind, ActionStatus, TransportOrder
from tests.planner.vda5050.straight import R1, straight_order, with_node

OVER = (ActionStatus.FINISHED, ActionStatus.FAILED)


class RobotWithALossyLink(RuleBasedStateMachine):
    """A dispatcher that extends one line of nodes, over a link that loses and repeats; the robot
    drives whenever it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.execution = OrderExecution(R1, 1.0)
        self.sent: list[tuple[TransportOrder, bool]] = []
        self.orders = 0
        self.update = 0
        self.base_end = 0
        """Number of the last node the dispatcher has released."""
        self.node = 0
        """Number of the node where the robot is."""
        self.released = {0}
        """Numbers of all nodes of orders that the robot has taken."""

    def report(self) -> RobotState:
        pose = Pose(float(self.node), 0.0, 0.0)
        return self.execution.report(
            0, pose, driving=False, load=None, battery=1.0, charging=False, odometer_m=0.0
        )

    def deliver(self, order: TransportOrder, stitch: bool) -> None:
        before, points = self.report().order, self.execution.waypoints()
        error = self.execution.accept(order, Pose(float(self.node), 0.0, 0.0), stitch=stitch)
        if before == self.report().order:
            after = self.execution.waypoints()
            assert after[: len(points)] == points, "the base never shrinks"
        if error is None:
            numbers = {node.sequence // 2 for node in order.base}
            if self.report().update == order.update and self.report().order == order.order:
                self.released |= numbers

    @precondition(lambda self: self.execution.finished)
    @rule(released=st.integers(1, 4), planned=st.integers(0, 3), lost=st.booleans())
    def new_order(self, released: int, planned: int, lost: bool) -> None:
        self.orders, self.update = self.orders + 1, 0
        self.base_end = self.node + released - 1
        name = f"T{self.orders}"
        self.send(straight_order(released, planned, self.node, 0, name), False, lost)

    @precondition(lambda self: self.orders > 0)
    @rule(
        released=st.integers(0, 3),
        planned=st.integers(0, 3),
        work=st.booleans(),
        lost=st.booleans(),
    )
    def extend(self, released: int, planned: int, work: bool, lost: bool) -> None:
        self.update += 1
        name = f"T{self.orders}"
        first, self.base_end = self.base_end, self.base_end + released
        order = straight_order(released + 1, planned, first, self.update, name)
        if work:
            action = Action(ActionId(f"{name}/{self.update}"), ActionKind.PICK)
            order = with_node(order, released, actions=(action,))
        self.send(order, True, lost)

    @precondition(lambda self: self.orders > 0)
    @rule()
    def send_all_again(self) -> None:
        first = min(self.node, self.base_end)
        count = self.base_end - first + 1
        order = straight_order(count, 0, first, self.update, f"T{self.orders}")
        self.send(order, False, False)

    def send(self, order: TransportOrder, stitch: bool, lost: bool) -> None:
        self.sent.append((order, stitch))
        if not lost:
            self.deliver(order, stitch)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def an_old_message_comes_again(self, data: st.DataObject) -> None:
        order, stitch = data.draw(st.sampled_from(self.sent))
        if order.order == self.report().order:
            self.deliver(order, stitch)

    @precondition(lambda self: self.execution.waypoints())
    @rule(data=st.data())
    def drive(self, data: st.DataObject) -> None:
        point = data.draw(st.sampled_from(self.execution.waypoints()))
        self.node = point.sequence // 2
        self.execution.reached(point.sequence)

    @precondition(lambda self: self.execution.next_action() is not None)
    @rule(status=st.sampled_from(ActionStatus))
    def work(self, status: ActionStatus) -> None:
        action = self.execution.next_action()
        assert action is not None
        self.execution.action_changed(action.action, status)

    @rule(status=st.sampled_from(OVER))
    def end_work(self, status: ActionStatus) -> None:
        for action, current in self.report().actions:
            if current is ActionStatus.RUNNING:
                self.execution.action_changed(action, status)

    @rule()
    def cancel(self) -> None:
        self.execution.cancel()

    @rule()
    def restart(self) -> None:
        self.execution = OrderExecution(R1, 1.0)

    @invariant()
    def only_released_nodes_are_driven(self) -> None:
        points = [point.sequence // 2 for point in self.execution.waypoints()]
        assert points == list(range(self.node + 1, self.node + 1 + len(points)))
        assert set(points) <= self.released

    @invariant()
    def the_report_is_where_the_robot_is(self) -> None:
        report = self.report()
        assert not report.order or report.last_sequence == 2 * self.node

    @invariant()
    def it_never_drives_while_it_works(self) -> None:
        running = [s for _, s in self.report().actions if s is ActionStatus.RUNNING]
        assert len(running) <= 1
        if running:
            assert not self.execution.waypoints()
            assert self.execution.next_action() is None

    @invariant()
    def a_message_it_has_changes_nothing(self) -> None:
        for order, stitch in self.sent:
            if (order.order, order.update) == (self.report().order, self.report().update):
                before, points = self.report(), self.execution.waypoints()
                pose = Pose(float(self.node), 0.0, 0.0)
                assert self.execution.accept(order, pose, stitch=stitch) is None
                assert replace(self.report(), errors=()) == replace(before, errors=())
                assert self.execution.waypoints() == points


TestRobotWithALossyLink = RobotWithALossyLink.TestCase
TestRobotWithALossyLink.settings = settings(max_examples=150, stateful_step_count=40)
