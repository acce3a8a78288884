"""The house stays readable: sizes of functions and files, words that say nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("planner", "vision", "wms_bridge", "sim_worlds", "ros_ws/src")

FILE_MAX = 400
FUNCTION_MAX = 40
NINTH_DECILE_MAX = 30
KERNEL = "one compiled search loop: in parts it would hand a dozen arrays around in every round"
LONGER_ON_PURPOSE: dict[str, str] = {
    "planner/mapf/inheritance.py:choose_anew": KERNEL,
    "planner/mapf/menu.py:_walk": KERNEL,
    "planner/roadmap/costtogo.py:_dial": KERNEL,
}
"""``path:function`` and why it is longer than the rest."""
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
NODE_FILE_MAX = 150
CALLBACK_MAX = 5
ROS_FREE_SHARE = 0.85


def python_files() -> list[Path]:
    found = [path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))]
    built = ("build", "install", "log")
    return [path for path in found if not set(path.relative_to(ROOT).parts[:2]) & set(built)]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length in lines, without the docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                doc = node.body[0]
                assert doc.end_lineno is not None
                length -= doc.end_lineno - doc.lineno + 1
            yield node.name, length


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files()}
    long = {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > FILE_MAX}
    assert long == {}


def test_functions_are_short() -> None:
    lengths = [
        (length, f"{path.relative_to(ROOT)}:{name}")
        for path in python_files()
        for name, length in functions(path)
    ]
    lengths.sort()
    ninth_decile = lengths[int(0.9 * len(lengths))][0]
    report = f"{len(lengths)} functions, p50 {lengths[len(lengths) // 2][0]}, p90 {ninth_decile}"
    assert ninth_decile < NINTH_DECILE_MAX, report
    long = [f"{name} ({n} lines)" for n, name in lengths if n > FUNCTION_MAX]
    assert [name for name in long if name.split(" ")[0] not in LONGER_ON_PURPOSE] == [], report


def test_names_say_something() -> None:
    for path in python_files():
        assert path.stem not in BANNED_NAMES, path
        assert path.parent.name not in BANNED_NAMES, path


def test_ros_stays_at_the_edge() -> None:
    lines = {True: 0, False: 0}
    for path in python_files():
        text = path.read_text()
        ros = any(word in text for word in ("import rclpy", "from rclpy", "podherd_msgs"))
        lines[ros] += len(text.splitlines())
    share = lines[False] / (lines[True] + lines[False])
    assert share >= ROS_FREE_SHARE, f"only {share:.0%} of the lines are free of ROS"


def test_node_files_are_thin_and_callbacks_short() -> None:
    for path in python_files():
        if not path.name.endswith("_node.py"):
            continue
        assert len(path.read_text().splitlines()) <= NODE_FILE_MAX, path
        for name, length in functions(path):
            if name.startswith(("_on_", "on_")):
                assert length <= CALLBACK_MAX + 1, f"{path.name}:{name} has {length - 1} lines"
