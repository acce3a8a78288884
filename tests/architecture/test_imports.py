"""Who may know whom. The contracts stand in ``.importlinter``; what they cannot see is here."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("planner", "vision", "wms_bridge", "sim_worlds")


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_vocabulary_needs_the_standard_library_only() -> None:
    code = (
        "import pkgutil, importlib, sys, planner.warehouse as w\n"
        "before = set(sys.modules)\n"
        "[importlib.import_module('planner.warehouse.' + m.name)"
        " for m in pkgutil.iter_modules(w.__path__)]\n"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'planner'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_package_inits_hold_a_docstring_only() -> None:
    """A re-export would slip past the contracts."""
    for package in PACKAGES:
        for init in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(init.read_text()).body
            only_doc = len(body) == 1 and isinstance(body[0], ast.Expr)
            assert only_doc, f"{init.relative_to(ROOT)} should hold a docstring and nothing else"


def test_the_four_libraries_load_without_ros() -> None:
    code = (
        "import sys, sim_worlds.run, wms_bridge.main\n"
        "assert not [m for m in sys.modules if m.startswith(('rclpy', 'podherd_'))]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
