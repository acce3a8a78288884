"""Real Gazebo servers for the tests of this folder.

Where there is no Gazebo it is installed, which takes a minute once. Where that is impossible the
tests are left out with the reason, and in continuous integration they fail.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.gazebo_rig import GazeboRig

from sim_worlds.gazebo.prefix import Gazebo, GazeboUnavailable, find_gazebo

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is marked ``gazebo``."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "gazebo"):
            item.add_marker(pytest.mark.gazebo)


@pytest.fixture(scope="session")
def gazebo() -> Gazebo:
    """The Gazebo of this machine, installed if need be."""
    try:
        return find_gazebo()
    except GazeboUnavailable:
        return _install()


@pytest.fixture
def rig(gazebo: Gazebo, tmp_path: Path) -> GazeboRig:
    """Starts worlds; see :class:`GazeboRig`."""
    return GazeboRig(gazebo, tmp_path)


def _install() -> Gazebo:
    installer = ROOT / "scripts" / "gazebo.py"
    done = subprocess.run(
        [sys.executable, str(installer)], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return find_gazebo()
    reason = next(
        (line for line in done.stderr.splitlines() if line.startswith("GAZEBO UNAVAILABLE")),
        f"GAZEBO UNAVAILABLE: scripts/gazebo.py ended with code {done.returncode}",
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
