"""The vocabulary as ROS 2 messages and back: the only translation between the two.

``x_from_message(x_to_message(y)) == y``. Messages have no "none": an empty string stands for it.
Messages that break a rule of the vocabulary raise :class:`InvalidMessage`.
"""

from builtin_interfaces.msg import Time
from podherd_msgs import msg

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import ActionId, EdgeId, NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError, RobotState
from planner.warehouse.transport import (
    Action,
    ActionKind,
    ActionStatus,
    OrderEdge,
    OrderNode,
    TransportOrder,
)
from podherd_ros.drive import DriveReport

_MS = 1_000
_NS_PER_MS = 1_000_000


def time_to_message(at_ms: int) -> Time:
    """Site time (ms) as a ROS time."""
    return Time(sec=at_ms // _MS, nanosec=at_ms % _MS * _NS_PER_MS)


def time_from_message(stamp: Time) -> int:
    """Site time in ms, rounded down."""
    return int(stamp.sec) * _MS + int(stamp.nanosec) // _NS_PER_MS


def order_to_message(order: TransportOrder) -> msg.TransportOrder:
    """A transport order."""
    return msg.TransportOrder(
        order_id=order.order,
        update_id=order.update,
        robot_id=order.robot,
        nodes=[_node_to_message(node) for node in order.nodes],
        edges=[_edge_to_message(edge) for edge in order.edges],
    )


def order_from_message(message: msg.TransportOrder) -> TransportOrder:
    """A transport order; :class:`InvalidMessage` on an unknown kind of action."""
    return TransportOrder(
        order=TransportOrderId(message.order_id),
        update=message.update_id,
        robot=RobotId(message.robot_id),
        nodes=tuple(_node_from_message(node) for node in message.nodes),
        edges=tuple(_edge_from_message(edge) for edge in message.edges),
    )


def state_to_message(state: RobotState, instance: str = "") -> msg.RobotState:
    """A robot's report; ``instance`` names the process that makes it."""
    return msg.RobotState(
        robot_id=state.robot,
        instance_id=instance,
        at_ms=state.at_ms,
        x_m=state.pose.x_m,
        y_m=state.pose.y_m,
        theta_rad=state.pose.theta_rad,
        last_node_id=state.last_node,
        last_sequence_id=state.last_sequence,
        order_id=state.order,
        update_id=state.update,
        driving=state.driving,
        paused=state.paused,
        load_pod_id=state.load or "",
        battery=state.battery,
        charging=state.charging,
        odometer_m=state.odometer_m,
        actions=[
            msg.OrderActionState(action_id=action, status=status.value)
            for action, status in state.actions
        ],
        errors=[error_to_message(error) for error in state.errors],
    )


def state_from_message(message: msg.RobotState) -> RobotState:
    """A robot's report; :class:`InvalidMessage` on an unknown status or kind of error."""
    return RobotState(
        robot=RobotId(message.robot_id),
        at_ms=message.at_ms,
        pose=Pose(message.x_m, message.y_m, message.theta_rad),
        last_node=NodeId(message.last_node_id),
        last_sequence=message.last_sequence_id,
        order=TransportOrderId(message.order_id),
        update=message.update_id,
        driving=message.driving,
        load=pod_from_text(message.load_pod_id),
        battery=message.battery,
        charging=message.charging,
        odometer_m=message.odometer_m,
        actions=tuple(
            (ActionId(action.action_id), status_from_text(action.status))
            for action in message.actions
        ),
        errors=tuple(error_from_message(error) for error in message.errors),
        paused=message.paused,
    )


def error_to_message(error: RobotError) -> msg.RobotError:
    """One error of a robot."""
    return msg.RobotError(kind=error.kind.value, reference=error.reference, text=error.text)


def error_from_message(message: msg.RobotError) -> RobotError:
    """One error of a robot; :class:`InvalidMessage` on an unknown kind."""
    return RobotError(_error_kind(message.kind), message.reference, message.text)


def alarm_to_message(alarm: RaiseAlarm) -> msg.Alarm:
    """An alarm for people."""
    return msg.Alarm(
        kind=alarm.kind.value, subject=alarm.subject, text=alarm.text, active=alarm.active
    )


def report_to_message(report: DriveReport) -> msg.DriveState:
    """What a robot's body says."""
    return msg.DriveState(
        at_ms=report.at_ms,
        x_m=report.pose.x_m,
        y_m=report.pose.y_m,
        theta_rad=report.pose.theta_rad,
        driving=report.driving,
        route_id=report.route,
        reached_sequence_id=report.reached,
        load_pod_id=report.load or "",
        battery=report.battery,
        charging=report.charging,
        odometer_m=report.odometer_m,
        action_id=report.action or "",
        action_status=report.action_status.value,
        action_text=report.action_text,
        errors=[error_to_message(error) for error in report.errors],
    )


def report_from_message(message: msg.DriveState) -> DriveReport:
    """What a robot's body says; :class:`InvalidMessage` on an unknown status."""
    return DriveReport(
        at_ms=message.at_ms,
        pose=Pose(message.x_m, message.y_m, message.theta_rad),
        driving=message.driving,
        route=TransportOrderId(message.route_id),
        reached=message.reached_sequence_id,
        load=pod_from_text(message.load_pod_id),
        battery=message.battery,
        charging=message.charging,
        odometer_m=message.odometer_m,
        action=ActionId(message.action_id) if message.action_id else None,
        action_status=status_from_text(message.action_status),
        action_text=message.action_text,
        errors=tuple(error_from_message(error) for error in message.errors),
    )


def goal_to_message(route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> msg.DriveGoal:
    """What a body is to drive; no waypoints to stop."""
    points = [
        msg.Waypoint(
            sequence_id=point.sequence,
            x_m=point.x_m,
            y_m=point.y_m,
            max_speed_mps=point.max_speed_mps,
        )
        for point in waypoints
    ]
    return msg.DriveGoal(route_id=route, waypoints=points)


def goal_from_message(message: msg.DriveGoal) -> tuple[TransportOrderId, tuple[Waypoint, ...]]:
    """What a body is to drive; no waypoints to stop."""
    return TransportOrderId(message.route_id), tuple(
        Waypoint(point.sequence_id, point.x_m, point.y_m, point.max_speed_mps)
        for point in message.waypoints
    )


def drive_action_to_message(action: Action) -> msg.DriveAction:
    """Work for the lift or the charging contacts."""
    return msg.DriveAction(action_id=action.action, kind=action.kind.value, pod_id=action.pod or "")


def drive_action_from_message(message: msg.DriveAction) -> Action:
    """Work for the lift or the charging contacts; :class:`InvalidMessage` on an unknown kind."""
    return Action(
        ActionId(message.action_id), _action_kind(message.kind), pod_from_text(message.pod_id)
    )


def _node_to_message(node: OrderNode) -> msg.OrderNode:
    return msg.OrderNode(
        sequence_id=node.sequence,
        node_id=node.node,
        x_m=node.x_m,
        y_m=node.y_m,
        released=node.released,
        actions=[
            msg.OrderAction(
                action_id=action.action, kind=action.kind.value, pod_id=action.pod or ""
            )
            for action in node.actions
        ],
    )


def _node_from_message(message: msg.OrderNode) -> OrderNode:
    return OrderNode(
        sequence=message.sequence_id,
        node=NodeId(message.node_id),
        x_m=message.x_m,
        y_m=message.y_m,
        released=message.released,
        actions=tuple(
            Action(
                ActionId(action.action_id), _action_kind(action.kind), pod_from_text(action.pod_id)
            )
            for action in message.actions
        ),
    )


def _edge_to_message(edge: OrderEdge) -> msg.OrderEdge:
    return msg.OrderEdge(
        sequence_id=edge.sequence,
        edge_id=edge.edge,
        start_node_id=edge.start,
        end_node_id=edge.end,
        released=edge.released,
        max_speed_mps=edge.max_speed_mps,
    )


def _edge_from_message(message: msg.OrderEdge) -> OrderEdge:
    return OrderEdge(
        sequence=message.sequence_id,
        edge=EdgeId(message.edge_id),
        start=NodeId(message.start_node_id),
        end=NodeId(message.end_node_id),
        released=message.released,
        max_speed_mps=message.max_speed_mps,
    )


def pod_from_text(text: str) -> PodId | None:
    """A pod, or ``None`` for the empty text."""
    return PodId(text) if text else None


def _action_kind(text: str) -> ActionKind:
    try:
        return ActionKind(text)
    except ValueError as error:
        raise _unknown("kind", text, tuple(ActionKind)) from error


def status_from_text(text: str) -> ActionStatus:
    """A status; :class:`InvalidMessage` on an unknown word."""
    try:
        return ActionStatus(text)
    except ValueError as error:
        raise _unknown("status", text, tuple(ActionStatus)) from error


def _error_kind(text: str) -> ErrorKind:
    try:
        return ErrorKind(text)
    except ValueError as error:
        raise _unknown("kind", text, tuple(ErrorKind)) from error


def _unknown(field: str, text: str, known: tuple[str, ...]) -> InvalidMessage:
    return InvalidMessage(
        "unknown word in a ROS message",
        field=field,
        value=text,
        remedy=f"Known: {', '.join(known)}.",
    )
