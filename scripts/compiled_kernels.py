"""Compiled kernels that Numba keeps on disk: dropped when any kernel's source has changed.

Numba looks only at the file a kernel stands in, not at those whose kernels it calls; after an
update an old inner kernel could run inside a new outer one.
"""

from pathlib import Path

from stamps import Stamps, digest

PACKAGES = ("planner", "sim_worlds")


def drop_stale(root: Path, stamps: Stamps) -> int:
    """Delete all that was compiled from other sources; returns how many files that were."""
    folders = [root / package for package in PACKAGES]
    sources = sorted(path for folder in folders for path in folder.rglob("*.py"))
    kernels = [path for path in sources if "njit" in path.read_text()]
    wanted = digest(kernels)
    if stamps.has("kernels", wanted):
        return 0
    stale = [path for folder in folders for path in folder.rglob("__pycache__/*.nb[ci]")]
    for path in stale:
        path.unlink(missing_ok=True)
    stamps.put("kernels", wanted)
    return len(stale)
