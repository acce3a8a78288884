"""Writes ``docs/reference/parameters.md``: what each node can be told.

Robots and fleet declare tables; of the worlds it reads the calls that ask for a parameter out of
their source, so that the page cannot say anything else than they do.
"""

import ast
import inspect
import json
from collections.abc import Iterator
from math import inf, isinf
from pathlib import Path
from types import ModuleType

import podherd_gazebo.opening
import podherd_world.opening
from podherd_fleet.settings import PARAMETERS as FLEET_PARAMETERS
from podherd_robot.marker_camera import PARAMETERS as CAMERA_PARAMETERS
from podherd_robot.settings import PARAMETERS
from podherd_ros.declared import Declared, ValueKind

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "parameters.md"

_KINDS = {
    "text": ValueKind.TEXT,
    "texts": ValueKind.TEXTS,
    "number": ValueKind.NUMBER,
    "whole": ValueKind.WHOLE,
    "switch": ValueKind.SWITCH,
}
"""Functions of :mod:`podherd_ros.parameters`."""
_MODULES: dict[str, ModuleType] = {
    "podherd_world (the fast world)": podherd_world.opening,
    "podherd_gazebo (the world in Gazebo)": podherd_gazebo.opening,
}
_HEAD = """# Parameters of the nodes

Written by `python -m podherd_bringup.parameters_page` from what the nodes themselves declare. Give
them as `--ros-args -p name:=value`. All are read once, at the start; a wrong one ends the process
with one line that names it (exit code 2). `ros2 param describe /robots/R01/robot NAME` says the
same (in processes of up to three robots). Times are site time unless it says otherwise.
"""
_SHAPES: dict[ValueKind, dict[str, object]] = {
    ValueKind.TEXT: {"type": "string"},
    ValueKind.TEXTS: {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
    ValueKind.NUMBER: {"type": "number"},
    ValueKind.WHOLE: {"type": "integer"},
    ValueKind.SWITCH: {"type": "boolean"},
}


def page() -> str:
    """The whole page."""
    tables = {"podherd_robot": PARAMETERS, "podherd_fleet": FLEET_PARAMETERS}
    tables["podherd_robot.marker_camera_node"] = CAMERA_PARAMETERS
    tables |= {name: tuple(asked_for(module)) for name, module in _MODULES.items()}
    return _HEAD + "".join(_table(name, table) for name, table in tables.items()) + _schema_text()


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of the parameters of the robot's node."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Parameters of podherd_robot",
        "type": "object",
        "additionalProperties": False,
        "required": [one.name for one in PARAMETERS if one.default is None],
        "properties": {one.name: _shape(one) for one in PARAMETERS},
    }


def asked_for(module: ModuleType) -> Iterator[Declared]:
    """The parameters that a module reads, in the order of its source."""
    tree = ast.parse(inspect.getsource(module))
    calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if not isinstance(call.func, ast.Name):
            continue
        kind = _KINDS.get(call.func.id)
        words = [word.value for word in call.args if isinstance(word, ast.Constant)]
        if kind is None or len(words) < 2:
            continue
        given = {key.arg: ast.literal_eval(key.value) for key in call.keywords}
        least = given.get("least", 0.0 if kind is ValueKind.WHOLE else -inf)
        most = given.get("most", inf)
        yield Declared(
            str(words[0]), kind, str(words[1]), given.get("default"), least=least, most=most
        )


def _shape(one: Declared) -> dict[str, object]:
    shape: dict[str, object] = {**_SHAPES[one.kind], "description": one.meaning}
    if one.default is not None:
        shape["default"] = one.default
    if one.choices:
        shape["enum"] = list(one.choices)
    bounds = (("minimum", one.least), ("maximum", one.most))
    return shape | {name: bound for name, bound in bounds if not isinf(bound)}


def _table(name: str, table: tuple[Declared, ...]) -> str:
    head = f"\n## {name}\n\n| name | type | default | range | meaning |\n|---|---|---|---|---|\n"
    return head + "".join(map(_row, table))


def _row(one: Declared) -> str:
    default = "must be given" if one.default is None else f"`{json.dumps(one.default)}`"
    unit = f" {one.unit}" if one.unit else ""
    return f"| `{one.name}` | {one.kind} | {default} | {_range(one)}{unit} | {one.meaning} |\n"


def _range(one: Declared) -> str:
    if one.choices:
        return ", ".join(f"`{choice}`" for choice in one.choices)
    if isinf(one.least) and isinf(one.most):
        return ""
    return f"from {one.least:g}" if isinf(one.most) else f"{one.least:g} to {one.most:g}"


def _schema_text() -> str:
    return (
        "\n## JSON Schema of podherd_robot's\n\n```json\n"
        + json.dumps(schema(), indent=1)
        + "\n```\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page())
