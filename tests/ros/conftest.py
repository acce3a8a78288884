"""Lets the tests of this folder import ROS 2, whatever the shell has set."""

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from podherd_bringup.environment import find_workspace, free_domain_id, ros_environment
from podherd_bringup.supervisor import RestartParams, Supervisor

if "ROS_DISTRO" not in os.environ and not (find_workspace() / "install").exists():
    pytest.exit("the ROS 2 messages are not built: run 'make setup'", returncode=3)

os.environ.update(ros_environment(os.environ, free_domain_id()))
for folder in os.environ["PYTHONPATH"].split(os.pathsep):
    if folder not in sys.path:
        sys.path.append(folder)
# The loader has read LD_LIBRARY_PATH when this process began; what is loaded already is found.
for library in sorted((find_workspace() / "install" / "lib").glob("lib*_msgs__*_c.so")):
    ctypes.CDLL(str(library))


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """Starts processes that end with the test."""
    with Supervisor(tmp_path / "logs", RestartParams(first_s=0.05, deaths_max=3)) as supervisor:
        yield supervisor
