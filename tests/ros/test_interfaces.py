"""The version of the interfaces changes when they do."""

from hashlib import sha256
from pathlib import Path

from podherd_ros.presence import INTERFACE_VERSION

MESSAGES = Path(__file__).resolve().parents[2] / "ros_ws" / "src" / "podherd_msgs"
KNOWN = {"podherd-robot/2": "e7922d87beb3d03f"}
"""Digest of the interfaces (without comments) that each version stands for."""


def digest() -> str:
    """Of names, fields and constants of everything that robots and fleet say to each other."""
    seen = sha256()
    for file in sorted(MESSAGES.rglob("*")):
        if file.suffix not in (".msg", ".srv", ".action"):
            continue
        lines = [" ".join(line.partition("#")[0].split()) for line in file.read_text().splitlines()]
        seen.update("\n".join([file.name, *filter(None, lines)]).encode())
    return seen.hexdigest()[:16]


def test_the_version_stands_for_these_interfaces() -> None:
    assert KNOWN.get(INTERFACE_VERSION) == digest(), (
        "the interfaces have changed: name a new version in podherd_ros/presence.py, "
        f"and its digest {digest()!r} here"
    )
