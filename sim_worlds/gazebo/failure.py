"""What can go wrong with a Gazebo that is there."""

import re
from pathlib import Path

from planner.warehouse.errors import PodherdError

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
NOISE = (
    "ALSA lib",
    "AL lib",
    "Can't open display",
    "unable to create X window",
    "Rendering will be disabled",
    "Gazebo multi-robot simulator",
    "Copyright (C)",
    "Released under the Apache",
    "http://gazebosim.org",
    "Connected to gazebo master",
    "Publicized address",
    "[OpenAL.cc",
    "Audio will be disabled",
    "[ModelDatabase.cc",
)
"""Lines that every start without a screen and a loudspeaker gives."""


class GazeboFailed(PodherdError):
    """Gazebo did not start, ended, or does not answer; the message ends with what it said last."""


def told(log: Path | None, lines: int = 12) -> str:
    """The last lines of the server's log that say something, for the end of an error message."""
    if log is None or not log.is_file():
        return ""
    text = COLOURS.sub("", log.read_text(errors="replace"))
    said = [line for line in text.splitlines() if _says_something(line)]
    if not said:
        return f"It said nothing (log: {log})."
    return f"It said last (all of it: {log}):\n  " + "\n  ".join(said[-lines:])


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not any(noise in line for noise in NOISE)
