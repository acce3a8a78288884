"""What only the world says, as ROS 2 messages."""

from podherd_msgs import msg

from sim_worlds.referee import Violation


def violation_to_message(violation: Violation) -> msg.Violation:
    """What the referee saw."""
    return msg.Violation(
        at_ms=violation.at_ms,
        kind=violation.kind.value,
        a=violation.a,
        b=violation.b,
        x_m=violation.x_m,
        y_m=violation.y_m,
    )
