"""The real bridge in this process, on a port of this machine, for a browser to look at."""

import socket
from dataclasses import dataclass, field

import httpx

from planner.codec.messages import encode, to_json
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from scripts.console import DIST
from tests.wms_bridge.serving import ServerThread
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.service import Bridge


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class FloorServer:
    """Starts, shows frames, and can be taken away and brought back on the same port."""

    site: Site
    api_key: str | None = None
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.bridge = Bridge(self.site, MemoryStore())
        self.now_ms = 1_750_000_000_000
        self._server: ServerThread | None = None
        # One client for all posts, as a fleet has: a new one each time costs more than the post.
        self._client = httpx.Client(timeout=10)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Serves until :meth:`stop`."""
        app = create_app(self.bridge, clock=lambda: self.now_ms, api_key=self.api_key, console=DIST)
        self._server = ServerThread(app, self.port, grace_s=1)

    def stop(self) -> None:
        """Closes every connection."""
        if self._server is not None:
            self._server.stop()
        self._server = None
        self._client.close()
        self._client = httpx.Client(timeout=10)

    def show(self, view: FloorView) -> None:
        """Posts a frame as the fleet node does."""
        body = encode(to_json(view))
        headers = {"content-type": "application/json"}
        if self.api_key:
            headers["authorization"] = f"Bearer {self.api_key}"
        answer = self._client.post(f"{self.url}v1/fleet/view", content=body, headers=headers)
        answer.raise_for_status()
