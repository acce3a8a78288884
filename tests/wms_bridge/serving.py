"""A web application in this process, on a real port of this machine."""

import signal
import socket
import threading
from types import FrameType

import uvicorn
from fastapi import FastAPI

PATIENCE_S = 30.0


class ServerThread:
    """Serves from its construction until :meth:`stop`; on any free port if none is given."""

    def __init__(self, app: FastAPI, port: int = 0, grace_s: int = 5):
        self._server = _Announcing(app, port, grace_s)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        assert self._server.ready.wait(PATIENCE_S), "the server does not listen"

    @property
    def url(self) -> str:
        """Where it is."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Closes every connection."""
        self._server.handle_exit(signal.SIGTERM, None)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the server does not end"


class _Announcing(uvicorn.Server):
    """Says when it listens, and lets go of those who wait for news before it ends."""

    def __init__(self, app: FastAPI, port: int, grace_s: int):
        super().__init__(
            uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=grace_s)
        )
        self._context = getattr(app.state, "context", None)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._context is not None:
            self._context.close()
        super().handle_exit(sig, frame)
