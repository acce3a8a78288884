"""Starts one Gazebo server and ends it."""

import ctypes
import os
import signal
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

from sim_worlds.gazebo.display import Display
from sim_worlds.gazebo.failure import GazeboFailed, told
from sim_worlds.gazebo.prefix import Gazebo
from sim_worlds.gazebo.wire import HOST

END_S = 3.0
"""A server that has been asked to end gets this long before it is killed (it holds nothing)."""
START_S = 90.0
SET_PARENT_DEATH_SIGNAL = 1
"""``PR_SET_PDEATHSIG`` of ``prctl``."""
LISTENS = "0A"
"""State of a socket in the kernel's tables."""


def server_command(
    gazebo: Gazebo,
    world_file: Path,
    *,
    port: int,
    seed: int,
    rendering: bool = False,
    display: str = "",
    model_folders: tuple[Path, ...] = (),
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Command and whole environment of a paused server whose master listens on ``port``.

    ``rendering`` waits in every step for the cameras, which draw on ``display`` (``":79"``). The
    world's own folder and ``model_folders`` are looked through for ``model://`` names. Nothing of
    this process's environment leaks in: the libraries of ROS 2 would not go with Gazebo's.
    """
    world = world_file.resolve()
    arguments = [str(world), "-u", "--seed", str(seed), "--verbose"]
    if rendering:
        arguments.append("--lockstep")
    environment = _environment(gazebo, port, (world.parent, *model_folders))
    if display:
        environment |= {"DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
    return (*_program(gazebo), *arguments), environment


def _program(gazebo: Gazebo) -> tuple[str, ...]:
    """An unpacked server runs with the loader and the libraries it was unpacked with."""
    if gazebo.root is None:
        return (str(gazebo.server),)
    ours = gazebo.library_folder
    folders = (
        ours / "gazebo-11" / "plugins",
        ours,
        gazebo.root / "usr" / "lib",
        gazebo.root / "lib" / "x86_64-linux-gnu",
        *(ours / name for name in ("pulseaudio", "blas", "lapack")),
    )
    loader = next((gazebo.root / "lib" / "x86_64-linux-gnu").glob("ld-2.*.so"))
    return (str(loader), "--library-path", ":".join(map(str, folders)), str(gazebo.server))


def _environment(gazebo: Gazebo, port: int, folders: tuple[Path, ...]) -> dict[str, str]:
    ours, root = gazebo.library_folder, gazebo.root or Path("/")
    share = next((root / "usr" / "share").glob("gazebo-11*"), root / "usr" / "share" / "gazebo-11")
    models = ":".join(str(folder.resolve()) for folder in folders)
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": os.environ.get("HOME", "/"),
        "LC_ALL": "C",
        "GAZEBO_MASTER_URI": f"http://{HOST}:{port}",
        "GAZEBO_IP": HOST,
        "IGN_IP": HOST,
        "GAZEBO_MODEL_DATABASE_URI": "",
        "GAZEBO_MODEL_PATH": models,
        "GAZEBO_RESOURCE_PATH": f"{share}:{models}",
        "GAZEBO_PLUGIN_PATH": str(ours / "gazebo-11" / "plugins"),
        "OGRE_RESOURCE_PATH": str(ours / "OGRE-1.9.0"),
        "SDF_PATH": str(gazebo.sdf_folder),
        "LIBGL_DRIVERS_PATH": str(ours / "dri"),
    }


class GazeboServer:
    """A running server; ends with the ``with`` block, and its screen with it.

    ::

        with GazeboServer(gazebo, Path("world.sdf"), port=11500, seed=7, log=Path("gz.log")):
            ...
    """

    def __init__(
        self,
        gazebo: Gazebo,
        world_file: Path,
        *,
        port: int,
        seed: int,
        log: Path,
        rendering: bool = False,
        model_folders: tuple[Path, ...] = (),
    ):
        self.port = port
        self.log = log
        self._gazebo = gazebo
        self._world_file = world_file
        self._seed = seed
        self._rendering = rendering
        self._model_folders = model_folders
        self._owned = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "GazeboServer":
        check_world(self._world_file)
        check_port(self.port)
        with ExitStack() as starting:
            display = starting.enter_context(Display(self._gazebo)) if self._rendering else None
            command, environment = server_command(
                self._gazebo,
                self._world_file,
                port=self.port,
                seed=self._seed,
                rendering=self._rendering,
                display=display.name if display else "",
                model_folders=self._model_folders,
            )
            out: IO[bytes] = starting.enter_context(self.log.open("wb"))
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=_end_with_parent,
            )
            starting.callback(self._end)
            self._wait_for_master(self._process)
            self._owned = starting.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._owned.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, "not started"
        return self._process.pid

    def kill(self) -> None:
        """Ends it without any warning, as a crash would."""
        assert self._process is not None, "not started"
        self._process.kill()
        self._process.wait()

    def check(self) -> None:
        """Raises :class:`GazeboFailed` with the end of its log if it has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise GazeboFailed(
                f"the Gazebo server has ended (code {self._process.returncode})",
                field=str(self._world_file),
                remedy=told(self.log),
            )

    def _wait_for_master(self, process: subprocess.Popen[bytes]) -> None:
        """Returns when the port is open; a world that cannot be read ends the server before."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.check()
            if _is_taken(self.port):
                return
            time.sleep(0.02)
        raise GazeboFailed(
            f"the Gazebo server (process {process.pid}) has opened no port in {START_S:g} s",
            field="port",
            value=self.port,
            remedy=told(self.log),
        )

    def _end(self) -> None:
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Runs in the new process: the kernel ends it when ours ends, however that happens."""
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def check_world(world_file: Path) -> None:
    """Raises :class:`GazeboFailed` if there is no world in this file: Gazebo would start an empty
    one instead, without a word."""
    field, remedy = str(world_file), "Write it anew with 'podherd site sdf'."
    try:
        root = ET.parse(world_file).getroot()
    except OSError as error:
        raise GazeboFailed(
            f"the world file cannot be read: {error.strerror}", field=field, remedy=remedy
        ) from error
    except ET.ParseError as error:
        raise GazeboFailed(
            f"the world file is not well-formed: {error}", field=field, remedy=remedy
        ) from error
    if root.tag != "sdf" or root.find("world") is None:
        raise GazeboFailed("there is no <world> in this file", field=field, remedy=remedy)


def check_port(port: int) -> None:
    """Raises :class:`GazeboFailed` if somebody listens there already."""
    if _is_taken(port):
        raise GazeboFailed(
            "another program listens on this port, perhaps a Gazebo left over",
            field="port",
            value=port,
            remedy=f"End it ('ss -ltnp sport = :{port}' names it) or take another port.",
        )


def free_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    """True if somebody listens there. The kernel is asked, for a connection that is opened and
    closed at once can leave a starting Gazebo deaf to everybody."""
    wanted = f":{port:04X}"
    for table in ("tcp", "tcp6"):
        try:
            rows = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        if any(row.split()[1].endswith(wanted) and row.split()[3] == LISTENS for row in rows):
            return True
    return False
