"""The bridge of a round as people meet it: served with its console, and a supervisor who decides
over HTTP as the console does."""

import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

import httpx
import uvicorn
from fastapi import FastAPI

from planner.codec.messages import encode
from planner.warehouse.errors import Unavailable
from planner.warehouse.ids import SlotId
from planner.warehouse.view import FloorView
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.deciding import Decision
from wms_bridge.records.counts import CaseAction, CaseStatus
from wms_bridge.service import Bridge

PATIENCE_S = 30.0
SUPERVISOR = "supervisor"


class Office:
    """Serves a bridge on this machine from construction until :meth:`close`; ``port`` 0 takes any
    free one. ``Unavailable`` if it cannot be listened on."""

    def __init__(self, bridge: Bridge, clock: Callable[[], int], port: int = 0):
        self._server = _Announcing(create_app(bridge, clock), port)
        self._thread = threading.Thread(target=self._server.serve_here, daemon=True)
        self._thread.start()
        if not self._server.ready.wait(PATIENCE_S) or not self._server.started:
            raise Unavailable(
                "the bridge cannot listen here",
                field="port",
                value=port,
                remedy="Choose another port (--port).",
            )
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.client = BridgeClient(self.url)
        self._http = httpx.Client(base_url=self.url, timeout=PATIENCE_S)

    def show(self, view: FloorView) -> None:
        """Show a frame of the floor to whoever watches."""
        headers = {"content-type": "application/json"}
        self._http.post("/v1/fleet/view", content=encode(view), headers=headers)

    def close(self) -> None:
        """Let go of everybody."""
        self._http.close()
        self.client.close()
        self._server.handle_exit(signal.SIGTERM, None)
        self._thread.join(PATIENCE_S)


class Supervisor:
    """Goes to the slot of every case that is to be decided and looks: approves what is there,
    orders a recount otherwise, and lets the books stand if they turn out to be right."""

    def __init__(self, client: BridgeClient, truth: Mapping[SlotId, int]):
        self._client = client
        self._truth = truth
        self.decided = 0

    def decide(self) -> None:
        """Decide what is open now."""
        for case in self._client.counts.cases(is_open=True, limit=1000):
            if case.status is not CaseStatus.APPROVE:
                continue
            there = self._truth.get(case.slot, 0)
            if there == case.booked + case.difference:
                action, reason = CaseAction.APPROVE, "counted it myself: so it is"
            elif there == case.booked:
                action, reason = CaseAction.REJECT, "counted it myself: the books are right"
            else:
                action, reason = CaseAction.RECOUNT, f"I count {there}"
            decision = Decision(action, reason, SUPERVISOR, case.version)
            self._client.counts.decide(case.case, decision)
            self.decided += 1


class _Announcing(uvicorn.Server):
    """Says when it listens, or that it does not, and lets go of those who wait before it ends."""

    def __init__(self, app: FastAPI, port: int):
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_level="error",
            # Whoever runs a round has set up logging as it should be.
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self._context = app.state.context
        self.ready = threading.Event()

    @property
    def port(self) -> int:
        found: int = self.servers[0].sockets[0].getsockname()[1]
        return found

    def serve_here(self) -> None:
        """Run in this thread; a port that is taken ends it."""
        try:
            self.run()
        except SystemExit:
            pass
        finally:
            self.ready.set()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self.ready.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._context.close()
        super().handle_exit(sig, frame)
