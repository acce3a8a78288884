"""Node parameters that must be given, checked and described; none has a silent default."""

from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from planner.warehouse.errors import PodherdError


class InvalidParameter(PodherdError):
    """A node parameter is missing or wrong."""


def text(node: Node, name: str, meaning: str) -> str:
    """A string that is not empty. Raises :class:`InvalidParameter`."""
    value = _declared(node, name, Parameter.Type.STRING, ParameterDescriptor(description=meaning))
    if not isinstance(value, str) or not value:
        raise _wrong(name, value, meaning)
    return value


def texts(node: Node, name: str, meaning: str) -> tuple[str, ...]:
    """A list of strings, at least one. Raises :class:`InvalidParameter`."""
    descriptor = ParameterDescriptor(description=meaning)
    value = _declared(node, name, Parameter.Type.STRING_ARRAY, descriptor)
    if not isinstance(value, list) or not value:
        raise _wrong(name, value, meaning)
    return tuple(map(str, value))


def number(node: Node, name: str, meaning: str, *, least: float, most: float = 1e9) -> float:
    """A floating point number. Raises :class:`InvalidParameter`."""
    bounds = FloatingPointRange(from_value=float(least), to_value=most, step=0.0)
    descriptor = ParameterDescriptor(description=meaning, floating_point_range=[bounds])
    value = _declared(node, name, Parameter.Type.DOUBLE, descriptor)
    if not isinstance(value, float) or not least <= value <= most:
        raise _wrong(name, value, f"{meaning}, from {least} to {most}")
    return value


def whole(node: Node, name: str, meaning: str) -> int:
    """An integer from 0. Raises :class:`InvalidParameter`."""
    descriptor = ParameterDescriptor(description=meaning)
    value = _declared(node, name, Parameter.Type.INTEGER, descriptor)
    if not isinstance(value, int) or value < 0:
        raise _wrong(name, value, f"{meaning}, 0 or more")
    return value


def _declared(
    node: Node, name: str, kind: Parameter.Type, descriptor: ParameterDescriptor
) -> object:
    try:
        return node.declare_parameter(name, kind, descriptor).value
    except ParameterException as error:
        raise _wrong(name, None, f"{descriptor.description} ({error})") from error


def _wrong(name: str, value: object, meaning: str) -> InvalidParameter:
    return InvalidParameter(
        "a parameter is missing or wrong",
        field=name,
        value=value,
        remedy=f"Give -p {name}:=...: {meaning}.",
    )
