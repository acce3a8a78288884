"""Set-up: what it finds missing, what it says, and that it does nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import compiled_kernels  # noqa: E402
import ros_workspace  # noqa: E402
import system_tools  # noqa: E402
from stamps import Stamps, digest  # noqa: E402

MINOR = sys.version_info.minor
BUILT_ON = f"/opt/python/cp3{MINOR}-cp3{MINOR}/include/python3.{MINOR}"


def missing(monkeypatch: pytest.MonkeyPatch, *tools: str) -> None:
    """Pretend that these tools are not there."""
    monkeypatch.setattr(system_tools.shutil, "which", lambda tool: None if tool in tools else tool)


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 15, 0)])
def test_a_python_without_wheels_is_refused_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(system_tools.sys, "version_info", version)
    with pytest.raises(system_tools.ToolsMissing, match=r"make PYTHON=/path/to/python3"):
        system_tools.check_python()


def test_without_root_one_line_names_everything_and_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing(monkeypatch, "g++", "cmake")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(system_tools.ToolsMissing) as caught:
        system_tools.ensure(dev=False)
    text = str(caught.value)
    assert "sudo apt-get install -y --no-install-recommends g++ cmake" in text
    assert "\n" not in text


def test_a_failing_apt_get_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch, "g++")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(system_tools, "_apt_get", lambda *arguments: False)
    with pytest.raises(system_tools.ToolsMissing, match="could not install g"):
        system_tools.ensure(dev=False)


def test_with_everything_there_nothing_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch)
    monkeypatch.setattr(system_tools, "_apt_get", pytest.fail)
    system_tools.ensure(dev=True)


def test_a_stamp_holds_until_its_inputs_change(tmp_path: Path) -> None:
    source = tmp_path / "pyproject.toml"
    source.write_text("one")
    stamps = Stamps(tmp_path / "stamps")
    assert not stamps.has("packages", digest([source]))
    stamps.put("packages", digest([source]))
    assert stamps.has("packages", digest([source]))
    source.write_text("two")
    assert not stamps.has("packages", digest([source]))


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with the CMake file of one wheel in it."""
    here = f"/usr/include/python3.{sys.version_info.minor}"
    monkeypatch.setattr(ros_workspace, "_include_folders", lambda venv: (here, "/numpy/include"))
    folder = tmp_path / "share" / "some_msgs" / "cmake"
    folder.mkdir(parents=True)
    numpy = f"{BUILT_ON.replace('include', 'lib')}/site-packages/numpy/_core/include"
    (folder / "export.cmake").write_text(f'set(DIRS "{BUILT_ON};{numpy}")\n')
    return tmp_path


def test_the_repair_of_the_wheels_is_done_once(wheels: Path) -> None:
    stamps = Stamps(wheels / "stamps")
    file = wheels / "share/some_msgs/cmake/export.cmake"
    assert ros_workspace.repair_cmake_exports(wheels, stamps)
    repaired = file.read_text()
    here = f"/usr/include/python3.{sys.version_info.minor}"
    assert repaired == f'set(DIRS "{here};/numpy/include")\n'
    assert not ros_workspace.repair_cmake_exports(wheels, stamps)
    assert ros_workspace.repair_cmake_exports(wheels, Stamps(wheels / "new")), "and again is safe"
    assert file.read_text() == repaired


def test_changed_wheels_are_noticed(wheels: Path) -> None:
    (wheels / "share/some_msgs/cmake/export.cmake").write_text("set(DIRS /elsewhere)\n")
    with pytest.raises(ros_workspace.WorkspaceFailed, match="the ROS 2 wheels have changed"):
        ros_workspace.repair_cmake_exports(wheels, Stamps(wheels / "stamps"))


def test_a_failed_build_shows_what_colcon_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv, workspace = tmp_path / "venv", tmp_path / "ros_ws"
    (venv / "bin").mkdir(parents=True)
    (workspace / "src/podherd_msgs").mkdir(parents=True)
    colcon = venv / "bin" / "colcon"
    colcon.write_text("#!/bin/sh\necho no room left; exit 1\n")
    colcon.chmod(0o755)
    with pytest.raises(ros_workspace.WorkspaceFailed, match="no room left"):
        ros_workspace.build(workspace, venv, Stamps(venv / "stamps"))


def test_make_help_lists_the_targets() -> None:
    told = subprocess.run(
        ["make", "-C", str(SCRIPTS.parent), "help"], capture_output=True, text=True, check=True
    ).stdout
    assert all(f"make {target}" in told for target in ("demo", "test", "setup", "lint", "clean"))


def test_scripts_need_nothing_but_python() -> None:
    """They run before anything is installed."""
    for script in SCRIPTS.glob("*.py"):
        command = [sys.executable, "-S", "-I", "-c"]
        source = f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import {script.stem}"
        subprocess.run([*command, source], check=True)


def test_kernels_compiled_from_other_sources_are_dropped(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps")
    cache = tmp_path / "planner" / "__pycache__"
    cache.mkdir(parents=True)
    (tmp_path / "planner" / "inner.py").write_text("@nb.njit\ndef inner(): ...\n")
    (tmp_path / "planner" / "plain.py").write_text("")
    assert compiled_kernels.drop_stale(tmp_path, stamps) == 0
    for name in ("outer.nbi", "outer.1.nbc", "outer.cpython-311.pyc"):
        (cache / name).touch()
    (tmp_path / "planner" / "plain.py").write_text("x = 1\n")
    assert compiled_kernels.drop_stale(tmp_path, stamps) == 0
    (tmp_path / "planner" / "inner.py").write_text("@nb.njit\ndef inner(): return 1\n")
    assert compiled_kernels.drop_stale(tmp_path, stamps) == 2
    assert [path.name for path in cache.iterdir()] == ["outer.cpython-311.pyc"]
    assert compiled_kernels.drop_stale(tmp_path, stamps) == 0
