"""Follows the live picture of a bridge: the newest ``FloorView``, from a thread of its own."""

import contextlib
import os
import threading
from types import TracebackType
from typing import Self

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from planner.codec.messages import decode, from_json
from planner.warehouse.view import FloorView
from wms_bridge.client import API_KEY_VARIABLE

_PAUSE_S = 0.3


class LiveView:
    """Use as a context manager. ``view`` is the newest picture, ``None`` before the first;
    reconnects by itself."""

    def __init__(self, bridge_url: str):
        self.view: FloorView | None = None
        self._url = bridge_url.replace("http", "ws", 1) + "/v1/live"
        key = os.environ.get(API_KEY_VARIABLE)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._closing = threading.Event()
        self._socket: ClientConnection | None = None
        self._thread = threading.Thread(target=self._follow, name="live view", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        if self._socket is not None:
            with contextlib.suppress(OSError, WebSocketException):
                self._socket.close()
        self._thread.join(timeout=2.0)

    def _follow(self) -> None:
        while not self._closing.is_set():
            with (
                contextlib.suppress(OSError, WebSocketException),
                connect(self._url, additional_headers=self._headers) as socket,
            ):
                self._socket = socket
                for frame in socket:
                    self.view = from_json(decode(frame), FloorView)
            self._closing.wait(_PAUSE_S)
