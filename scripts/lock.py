"""Writes ``requirements.lock``: name==version of every package that pip put into ``.venv``."""

import json
import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
OWN_OF_VENV = ("pip", "setuptools")
HEADER = "# Versions that work together; written by `make lock`.\n"


def main() -> None:
    """Asks pip; packages that others carry inside (the ROS 2 wheels do) and ours are left out."""
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "inspect", "--local"],
        check=True,
        capture_output=True,
        text=True,
    )
    pins = sorted(
        f"{re.sub(r'[-_.]+', '-', package['metadata']['name']).lower()}"
        f"=={package['metadata']['version']}"
        for package in json.loads(answer.stdout)["installed"]
        if package.get("installer") == "pip"
        and "direct_url" not in package
        and package["metadata"]["name"] not in OWN_OF_VENV
    )
    LOCK.write_text(HEADER + "\n".join(pins) + "\n")
    print(f"{len(pins)} packages in {LOCK.name}")


if __name__ == "__main__":
    main()
