"""Node parameters, checked and described; those without a default must be given."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from planner.warehouse.errors import PodherdError
from podherd_ros.declared import Declared, Value, ValueKind


class InvalidParameter(PodherdError):
    """A node parameter is missing or wrong."""


_TYPES = {
    ValueKind.TEXT: Parameter.Type.STRING,
    ValueKind.TEXTS: Parameter.Type.STRING_ARRAY,
    ValueKind.NUMBER: Parameter.Type.DOUBLE,
    ValueKind.WHOLE: Parameter.Type.INTEGER,
    ValueKind.SWITCH: Parameter.Type.BOOL,
}
_WIDEST = 1e9


def read(node: Node, table: Sequence[Declared]) -> Mapping[str, Value]:
    """Declares all of a table on ``node``, read-only and described, and gives their values.

    Raises :class:`InvalidParameter` on the first that is missing or wrong.
    """
    return {declared.name: _read(node, declared) for declared in table}


def _read(node: Node, declared: Declared) -> Value:
    default = declared.default if declared.default is not None else _TYPES[declared.kind]
    try:
        value: Any = node.declare_parameter(declared.name, default, _descriptor(declared)).value
    except ParameterException as error:
        raise _wrong(declared.name, None, f"{declared.meaning} ({error})") from error
    problem = declared.problem(value)
    if problem:
        raise _wrong(declared.name, value, f"{declared.meaning}; {problem}")
    return tuple(value) if isinstance(value, list) else value


def _descriptor(declared: Declared) -> ParameterDescriptor:
    """As ``ros2 param describe`` shows it."""
    unit = f" [{declared.unit}]" if declared.unit else ""
    descriptor = ParameterDescriptor(
        description=declared.meaning + unit,
        additional_constraints=f"one of {', '.join(declared.choices)}" if declared.choices else "",
        read_only=True,
    )
    least, most = max(declared.least, -_WIDEST), min(declared.most, _WIDEST)
    if (declared.least, declared.most) != (-inf, inf):
        if declared.kind is ValueKind.NUMBER:
            bounds = FloatingPointRange(from_value=float(least), to_value=float(most), step=0.0)
            descriptor.floating_point_range = [bounds]
        else:
            whole = IntegerRange(from_value=int(least), to_value=int(most), step=0)
            descriptor.integer_range = [whole]
    return descriptor


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
