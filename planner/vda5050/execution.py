"""The robot side of a transport order as a state machine, without I/O.

It knows what is released, what is done and what comes next; whoever owns it drives the robot,
works its lift and hands back what happened. The fast simulator and the ROS 2 robot node use it
alike. After every call ask :meth:`OrderExecution.waypoints` and :meth:`OrderExecution.next_action`
for what to do now, and :meth:`OrderExecution.report` for what to tell.
"""

from dataclasses import replace

from planner.vda5050.order_update import refusal, shape_error, start_index, stitch_index
from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import ActionId, NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError, RobotState
from planner.warehouse.transport import Action, ActionStatus, OrderNode, TransportOrder

_ENDED = (ActionStatus.FINISHED, ActionStatus.FAILED)


class OrderExecution:
    """The order a robot has. ``pitch_m`` is the lattice pitch of the site and ``tolerance_m`` how
    far from a node the robot may stand and still be at it."""

    def __init__(self, robot: RobotId, pitch_m: float, tolerance_m: float = 0.05):
        self.robot = robot
        self._pitch_m = pitch_m
        self._tolerance_m = tolerance_m
        self._order = TransportOrderId("")
        self._update = 0
        self._base: tuple[OrderNode, ...] = ()
        """From the node last reached on."""
        self._horizon: tuple[OrderNode, ...] = ()
        self._limits: dict[int, float] = {}
        """Speed limit on the way to the base node with this sequence number."""
        self._actions: dict[ActionId, ActionStatus] = {}
        self._last_node = NodeId("")
        self._last_sequence = 0
        self._stopped = False
        """An action failed: nothing that comes after it is done."""
        self._cancelled = False
        self._order_errors: tuple[RobotError, ...] = ()
        self._action_errors: tuple[RobotError, ...] = ()

    # --- orders in -------------------------------------------------------------------------

    def accept(
        self, order: TransportOrder, pose: Pose, *, stitch: bool = False
    ) -> RobotError | None:
        """Take a new order or an update; the answer is the reason for refusing it, or ``None``.

        ``pose`` is where the robot is and ``stitch`` as in :class:`SendTransportOrder`. What the
        robot has already changes nothing. A refused order changes nothing but the reported errors,
        which last until an order is accepted.
        """
        error = shape_error(order, self.robot)
        if error is None:
            if order.order == self._order:
                error = self._accept_update(order, stitch)
            elif stitch:
                error = refusal(
                    ErrorKind.ORDER_UPDATE_ERROR, order, f"the robot has order {self._order!r}."
                )
            else:
                error = self._accept_new(order, pose)
        if error is not None:
            self._order_errors = (error,)
        return error

    def refuse(self, order: TransportOrder, problem: str) -> RobotError:
        """Refuse an order for a reason that its robot sees; reported until one is accepted."""
        error = refusal(ErrorKind.VALIDATION_ERROR, order, problem)
        self._order_errors = (error,)
        return error

    def _accept_update(self, order: TransportOrder, stitch: bool) -> RobotError | None:
        if order.update == self._update or (order.update < self._update and not stitch):
            return None
        if order.update < self._update:
            problem = f"the robot has update {self._update} already."
        elif self._cancelled:
            problem = "the order was cancelled; send a new one."
        else:
            end = self._base[-1]
            index = stitch_index(order, end)
            if index == 0 or (index is not None and not stitch):
                self._extend(order, index)
                return None
            problem = f"it must start at {end.node!r}, sequence {end.sequence}: the base's end."
        return refusal(ErrorKind.ORDER_UPDATE_ERROR, order, problem)

    def _accept_new(self, order: TransportOrder, pose: Pose) -> RobotError | None:
        if not self.finished:
            problem = f"order {self._order!r} is not finished; cancel it or wait."
            return refusal(ErrorKind.ORDER_UPDATE_ERROR, order, problem)
        start = start_index(order.base, pose, self._pitch_m, self._tolerance_m)
        if start is None:
            problem = (
                f"the robot is at ({pose.x_m:.2f}, {pose.y_m:.2f}) m, not on the way from "
                f"{order.nodes[0].node!r}; send an order that starts where it stands."
            )
            return refusal(ErrorKind.NO_ROUTE_ERROR, order, problem)
        self._order = order.order
        self._actions, self._limits = {}, {}
        self._stopped = self._cancelled = False
        self._action_errors = ()
        self._base = order.base[start : start + 1]
        self._last_node = self._base[0].node
        self._last_sequence = self._base[0].sequence
        self._extend(order, start)
        return None

    def _extend(self, order: TransportOrder, index: int) -> None:
        """Put the order's base behind the robot's, joined at the order's node ``index``."""
        joint, end = order.nodes[index], self._base[-1]
        known = {action.action for action in end.actions}
        added = tuple(action for action in joint.actions if action.action not in known)
        joined = replace(end, actions=end.actions + added) if added else end
        self._base = (*self._base[:-1], joined, *order.base[index + 1 :])
        self._horizon = order.horizon
        self._limits.update((edge.sequence + 1, edge.max_speed_mps) for edge in order.edges[index:])
        held = {a.action for node in (*self._base, *self._horizon) for a in node.actions}
        kept = {
            action: status
            for action, status in self._actions.items()
            if action in held or status is not ActionStatus.WAITING
        }
        for node in (*self._base, *self._horizon):
            for action in node.actions:
                kept.setdefault(action.action, ActionStatus.WAITING)
        self._actions = kept
        self._update = order.update
        self._order_errors = ()

    def cancel(self) -> None:
        """Drop the horizon and every action not begun; the robot stops at the end of its base."""
        self._horizon = ()
        self._cancelled = bool(self._order)
        for action, status in self._actions.items():
            if status is ActionStatus.WAITING:
                self._actions[action] = ActionStatus.FAILED

    # --- what to do now --------------------------------------------------------------------

    def waypoints(self) -> tuple[Waypoint, ...]:
        """Released nodes still to drive to, up to the next one with something to do there.

        Empty while the robot works at a node, at the end of the base and after a failure.
        """
        if self._stopped or not self._base or self._busy(self._base[0]):
            return ()
        points = []
        for node in self._base[1:]:
            limit = self._limits[node.sequence]
            points.append(Waypoint(node.sequence, node.x_m, node.y_m, limit))
            if self._busy(node):
                break
        return tuple(points)

    def next_action(self) -> Action | None:
        """The action to start now at the node where the robot stands, if any."""
        if self._stopped or not self._base:
            return None
        for action in self._base[0].actions:
            status = self._actions[action.action]
            if status is ActionStatus.RUNNING:
                return None
            if status is ActionStatus.WAITING:
                return action
        return None

    @property
    def finished(self) -> bool:
        """Nothing left to do without a further message; true also before the first order."""
        if any(status is ActionStatus.RUNNING for status in self._actions.values()):
            return False
        return self._stopped or (
            len(self._base) <= 1 and not any(self._busy(node) for node in self._base)
        )

    @property
    def order(self) -> TransportOrderId:
        """The order under way or finished last; empty before the first."""
        return self._order

    @property
    def horizon(self) -> tuple[OrderNode, ...]:
        """Planned nodes that may not be driven yet."""
        return self._horizon

    def _busy(self, node: OrderNode) -> bool:
        return any(self._actions[action.action] not in _ENDED for action in node.actions)

    # --- what happened ---------------------------------------------------------------------

    def reached(self, sequence: int) -> None:
        """The robot passed the base node ``sequence``, and with it all before; again is nothing.

        Raises ``ValueError`` for a node that is not a current waypoint: the robot would be where
        it was never allowed to go.
        """
        if sequence <= self._last_sequence:
            return
        if sequence not in [point.sequence for point in self.waypoints()]:
            raise ValueError(f"{self.robot}: node {sequence} was reached but never released")
        while self._base[0].sequence < sequence:
            self._base = self._base[1:]
            self._limits.pop(self._base[0].sequence)
        self._last_node, self._last_sequence = self._base[0].node, self._base[0].sequence

    def action_changed(self, action: ActionId, status: ActionStatus, text: str = "") -> None:
        """An action began or ended; ``text`` says why it failed. After a failure the robot stops.

        Actions of other orders and steps back (a late ``RUNNING``) are ignored.
        """
        before = self._actions.get(action)
        if before is None or before in _ENDED or status is ActionStatus.WAITING:
            return
        self._actions[action] = status
        if status is ActionStatus.FAILED:
            self._stopped = True
            error = RobotError(ErrorKind.ACTION_ERROR, action, text or "the action failed.")
            self._action_errors = (*self._action_errors, error)

    # --- what to tell ----------------------------------------------------------------------

    def report(
        self,
        at_ms: int,
        pose: Pose,
        *,
        driving: bool,
        load: PodId | None,
        battery: float,
        charging: bool,
        odometer_m: float,
        paused: bool = False,
        errors: tuple[RobotError, ...] = (),
    ) -> RobotState:
        """The full state, from what is known here and what the robot's sensors say; ``errors`` are
        those of its body."""
        return RobotState(
            robot=self.robot,
            at_ms=at_ms,
            pose=pose,
            last_node=self._last_node,
            last_sequence=self._last_sequence,
            order=self._order,
            update=self._update,
            driving=driving,
            load=load,
            battery=battery,
            charging=charging,
            odometer_m=odometer_m,
            actions=tuple(self._actions.items()),
            errors=self._order_errors + self._action_errors + errors,
            paused=paused,
        )
