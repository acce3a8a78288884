"""Builds our interfaces with the ROS 2 that comes as Python wheels.

These are ``podherd_msgs`` and, from ``stand_ins``, packages that an ordinary ROS 2 has and the
wheels lack (``tf2_msgs``, with the one message that we use, under its own name).
"""

import os
import subprocess
from pathlib import Path

from stamps import Stamps, digest

_PACKAGES = ("src/podherd_msgs", "stand_ins/tf2_msgs")


class WorkspaceFailed(Exception):
    """The ROS 2 workspace cannot be built; the text says why."""


def repair_cmake_exports(venv: Path, stamps: Stamps) -> bool:
    """Makes the CMake files of the ROS 2 wheels name this environment's folders.

    The wheels' CMake export files carry two include folders of the machine that built them
    (``/opt/python/cp3XX-cp3XX/include/...`` and numpy's below it), and CMake stops at folders that
    do not exist. Rewrites them once; true if it did. Raises :class:`WorkspaceFailed` if a newer
    wheel has neither them nor our folders.
    """
    made_from = _wheels(venv)
    if stamps.has("cmake-exports", made_from):
        return False
    here, numpy = _include_folders(venv)
    version = Path(here).name  # python3.XX
    tag = version.replace("python", "cp").replace(".", "")
    built_on = f"/opt/python/{tag}-{tag}"
    there = f"{built_on}/include/{version}"
    numpy_there = f"{built_on}/lib/{version}/site-packages/numpy/_core/include"
    known = 0
    for file in sorted((venv / "share").rglob("*.cmake")):
        text = file.read_text()
        repaired = text.replace(numpy_there, numpy).replace(there, here)
        known += here in repaired
        if repaired != text:
            file.write_text(repaired)
    if not known:
        raise WorkspaceFailed(
            f"no CMake file below {venv}/share names {there}: the ROS 2 wheels have changed.\n"
            "  Install the versions of requirements.lock, or adapt scripts/ros_workspace.py."
        )
    stamps.put("cmake-exports", made_from)
    return True


def build(workspace: Path, venv: Path, stamps: Stamps) -> bool:
    """Builds the interfaces into ``ros_ws/install``; true if something had to be done."""
    sources = sorted(
        file for name in _PACKAGES for file in (workspace / name).rglob("*") if file.is_file()
    )
    made_from = digest(sources, _wheels(venv), str(workspace))
    if stamps.has("podherd_msgs", made_from) and (workspace / "install").exists():
        return False
    print("setup: building our ROS 2 interfaces with colcon (about a minute)")
    log = workspace / "log" / "build.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        command = _colcon(workspace, venv)
        done = subprocess.run(
            command, cwd=workspace, env=_environment(venv), stdout=out, stderr=out, check=False
        )
    if done.returncode:
        tail = "\n  ".join(log.read_text().splitlines()[-20:])
        raise WorkspaceFailed(
            f"colcon could not build our interfaces (all of it: {log}):\n  {tail}"
        )
    stamps.put("podherd_msgs", made_from)
    return True


def _colcon(workspace: Path, venv: Path) -> list[str]:
    # The run path lets the Python extensions of the messages find their libraries without
    # LD_LIBRARY_PATH.
    run_path = f"{workspace}/install/lib;{venv}/lib"
    return [
        str(venv / "bin" / "colcon"),
        "build",
        "--merge-install",
        "--base-paths",
        *_PACKAGES,
        "--cmake-args",
        f"-DPython3_EXECUTABLE={venv}/bin/python",
        "-DBUILD_TESTING=OFF",
        f"-DCMAKE_INSTALL_RPATH={run_path}",
    ]


def _environment(venv: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{venv}/bin:{os.environ['PATH']}",
        "CMAKE_PREFIX_PATH": str(venv),
        "AMENT_PREFIX_PATH": str(venv),
        "LD_LIBRARY_PATH": f"{venv}/lib",
        "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1",
    }


def _include_folders(venv: Path) -> tuple[str, str]:
    """Folders with ``Python.h`` and with numpy's headers."""
    ask = "import sysconfig, numpy; print(sysconfig.get_paths()['include'], numpy.get_include())"
    answer = subprocess.run(
        [str(venv / "bin" / "python"), "-c", ask], check=True, capture_output=True, text=True
    )
    here, numpy = answer.stdout.split()
    return here, numpy


def _wheels(venv: Path) -> str:
    """Changes whenever a ROS 2 wheel or numpy is installed anew."""
    records = [
        record
        for name in ("ros_*.dist-info", "numpy-*.dist-info")
        for record in sorted(venv.glob(f"lib/python3*/site-packages/{name}/RECORD"))
    ]
    return digest(records)
