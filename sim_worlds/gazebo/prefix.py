"""Where Gazebo Classic 11 is on this machine.

Three places are looked at, in this order: the folder that ``PODHERD_GAZEBO`` names, the cache
folder into which ``make setup-gazebo`` unpacks it, and ``gzserver`` 11 on the ``PATH``.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from planner.warehouse.errors import PodherdError

STAMP = "11.1-bullseye-1"
"""Names what ``scripts/gazebo.py`` unpacks; another value is another folder in the cache."""
DESCRIPTIONS = "messages.binpb"
"""The message descriptions of Gazebo, compiled to one file (a ``FileDescriptorSet``)."""
READY = ".ready"
"""Written last by the installer; holds the stamp."""

_REMEDY = "Run 'make setup-gazebo', or set PODHERD_GAZEBO to a folder that it has made."


class GazeboUnavailable(PodherdError):
    """Gazebo Classic 11 is not on this machine, or what is there cannot be used."""


@dataclass(frozen=True, slots=True)
class Gazebo:
    """A Gazebo that can be started."""

    server: Path
    """The program ``gzserver``."""
    messages: Path
    """File with the compiled message descriptions."""
    root: Path | None = None
    """The folder it was unpacked into; ``None`` for one that the system has installed."""

    @property
    def library_folder(self) -> Path:
        """Folder of the shared libraries, and of Gazebo's plugins below it."""
        return (self.root or Path("/")) / "usr" / "lib" / "x86_64-linux-gnu"

    @property
    def sdf_folder(self) -> Path:
        """Folder of sdformat's own descriptions of the elements of SDF 1.7."""
        return (self.root or Path("/")) / "usr" / "share" / "sdformat9" / "1.7"


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where ``scripts/gazebo.py`` puts Gazebo unless told otherwise."""
    base = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "podherd" / f"gazebo-{STAMP}"


def find_gazebo(environment: Mapping[str, str] = os.environ) -> Gazebo:
    """The Gazebo of this machine.

    Raises :class:`GazeboUnavailable` with what is missing and how to get it.
    """
    named = environment.get("PODHERD_GAZEBO")
    if named:
        return _unpacked(Path(named).expanduser(), "PODHERD_GAZEBO")
    cached = cache_folder(environment)
    if (cached / READY).is_file():
        return _of_the_cache(cached, environment)
    raise GazeboUnavailable("Gazebo Classic 11 is not installed", remedy=_REMEDY)


def _of_the_cache(cached: Path, environment: Mapping[str, str]) -> Gazebo:
    """The unpacked server; or the system's own, for which the cache holds the messages only."""
    if any((cached / "usr" / "bin").glob("gzserver-11.*")):
        return _unpacked(cached, "the cache")
    found = shutil.which("gzserver", path=environment.get("PATH"))
    if found is None or not is_version_11(Path(found)):
        raise GazeboUnavailable(
            "the system's gzserver 11 is gone", field=str(cached), remedy=_REMEDY
        )
    return Gazebo(server=Path(found), messages=cached / DESCRIPTIONS)


def _unpacked(root: Path, where: str) -> Gazebo:
    servers = sorted((root / "usr" / "bin").glob("gzserver-11.*"))
    messages = root / DESCRIPTIONS
    if not servers:
        raise GazeboUnavailable(
            "no gzserver 11 below this folder", field=where, value=str(root), remedy=_REMEDY
        )
    if not messages.is_file():
        raise GazeboUnavailable(
            f"{DESCRIPTIONS} is missing", field=where, value=str(root), remedy=_REMEDY
        )
    return Gazebo(server=servers[-1], messages=messages, root=root)


def is_version_11(server: Path) -> bool:
    """True if this ``gzserver`` calls itself version 11."""
    try:
        told = subprocess.run(
            [str(server), "--version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return re.search(r"version 11\.", told.stdout) is not None
