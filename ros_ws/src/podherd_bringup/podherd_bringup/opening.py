"""Opens the operator console in the browser of whoever started the demo."""

import os
import sys
import webbrowser

from podherd_bringup.shift import Progress


def has_display() -> bool:
    """Whether somebody sits before a terminal with a desktop around it."""
    desktop = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return sys.stdout.isatty() and (desktop or sys.platform == "darwin")


class ConsoleOpener:
    """Opens ``url`` once, as soon as there is something to see."""

    def __init__(self, url: str):
        self._url = url
        self._opened = False

    def watch(self, progress: Progress) -> None:
        """To be called with the progress of the shift."""
        if not self._opened and progress.kpis is not None:
            self._opened = True
            webbrowser.open(self._url)
