"""Generated requests to everything the bridge serves, in one process without a network.

    FUZZ_CASES=20000 python -m tests.wms_bridge.api.fuzzing    # how fast it goes, and what it finds

Half of the requests keep to the OpenAPI document and half break it. Names in them are often those
of orders, slots and stations that exist, so that requests get past the first check.
"""

import asyncio
import gc
import json
import os
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest import SkipTest
from unittest.mock import patch
from urllib.parse import unquote

import anyio.to_thread
import requests
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from planner.warehouse.commands import ShowPicks
from planner.warehouse.ids import LineId, OrderId, PickId, PodId, RobotId, Sku, StationId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from planner.warehouse.stock import Balance, slot_id
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.limits import Rate, RateParams
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.api.context import Context
from wms_bridge.api.contract import document
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

CASES = int(os.environ.get("FUZZ_CASES") or ("20000" if os.environ.get("CI") else "2000"))
"""Requests in all, over all operations."""
TURNS = 4
"""Requests made of one case at most."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
URL = "http://127.0.0.1:8600"
START_MS = 1_750_000_000_000
SITE = "berlin"
KEY = "the key of the environment"
MANY = Rate(1e9, 1_000_000_000)
KNOWN: dict[str, tuple[str, ...]] = {
    "account": ("anna",),
    "site": (SITE,),
    "external_id": ("A", "B/1", "C"),
    "order": ("A", "B/1", "C"),
    "line": ("A#1", "B/1#1"),
    "station": ("S1", "S2"),
    "pick": ("p1", "p2"),
    "sku": ("RED", "BLUE"),
    "slot": ("P001/A/1/1", "P001/A/1/2"),
    "pod": ("P001", "P002"),
    "visit": ("v1",),
    "robot": ("R1",),
    "robots": ("R1",),
    "key": ("k1", "k2"),
    "number": ("1", "2"),
    "rule": ("dock",),
    "case": ("C000001",),
    "receipt": ("R-1",),
    "reservation": ("r1", "r2"),
    "put": ("u1",),
    "source": ("shop",),
    "subject": ("R1", "P001/A/1/1"),
    "subscription": ("erp",),
}
PREPARED: dict[str, bytes] = {
    "PUT /v1/accounts/anna": b'{"roles": ["admin"], "sites": ["*"], "password": "many more words"}',
    "POST /v1/receipts": b'{"receipt": "R-1", "sku": "RED", "quantity": 5}',
    "PUT /v1/reservations/r1": b'{"lines": [{"sku": "RED", "quantity": 2}]}',
    "PUT /v1/subscriptions/erp": b'{"url": "https://8.8.8.8/news"}',
    "PUT /v1/hooks/shop": b"{}",
    "POST /v1/fleet/commands": b"""[
        {"type": "RaiseAlarm", "kind": "robot_silent", "subject": "R1", "text": "silent"},
        {"type": "RaiseAlarm", "kind": "human_entry", "subject": "P001/A/1/1", "text": "anna"}]""",
}
"""What else there is to begin with."""


@dataclass(frozen=True, slots=True)
class Target:
    """An operation, and whether requests keep to its document."""

    label: str
    valid: bool

    def __str__(self) -> str:
        return f"{self.label} {'valid' if self.valid else 'broken'}"


class Enough(SkipTest):
    """So many requests were sent: Hypothesis passes this on at once, as no failure."""


class Fuzzer:
    """A bridge, and requests made up from its own document."""

    def __init__(self) -> None:
        self._passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        bridge, access = self._opened()
        self._app = create_app(bridge, _clock, access=access, rates=RateParams(MANY, MANY, MANY))
        schema = schemathesis.openapi.from_dict(document(self._app))
        self.operations: dict[str, Any] = {}
        for result in schema.get_all_operations():
            operation: Any = result
            self.operations[operation.ok().label] = operation.ok()
        self.answers: Counter[int] = Counter()
        self._loop = asyncio.new_event_loop()

    def targets(self) -> Iterator[Target]:
        """What to send requests to. What takes no input but names in its path cannot be sent broken
        ones: any text is a name."""
        for label, operation in self.operations.items():
            yield Target(label, valid=True)
            if operation.body or operation.query:
                yield Target(label, valid=False)

    def takes_input(self, target: Target) -> bool:
        """Whether there is more than one request to send."""
        operation = self.operations[target.label]
        return bool(operation.body or operation.query or operation.path_parameters)

    def run(self, target: Target, cases: int) -> int:
        """Send at most so many requests to a bridge with some work in it, and say how many there
        were; :class:`schemathesis.core.failures.FailureGroup` on an answer that is not in the
        document, or a 5xx."""
        self._open_anew()
        operation = self.operations[target.label]
        mode = GenerationMode.POSITIVE if target.valid else GenerationMode.NEGATIVE
        sent = 0

        @seed(zlib.crc32(str(target).encode()))
        @settings(
            max_examples=cases,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Any) -> None:
            nonlocal sent
            if sent >= cases:
                raise Enough
            for _ in _dressed(case):
                case.validate_response(self._ask(case), checks=CHECKS)
                sent += 1

        # Unsatisfiable: any text will do for what it takes, so nothing can be broken
        with suppress(Enough, *(() if target.valid else (Unsatisfiable,))):
            send()
        return sent

    def _opened(self) -> tuple[Bridge, Access]:
        bridge = Bridge(site_in_small(), MemoryStore())
        bridge.store.use_clock(_clock)
        return bridge, Access(bridge.store, environment_key=KEY, passwords=self._passwords)

    def _open_anew(self) -> None:
        bridge, access = self._opened()
        context = Context(bridge, _clock, None)
        context.close()  # nobody waits for news
        self._app.state.context, self._app.state.access = context, access
        _fill(bridge)
        for path, body in PREPARED.items():
            method, _, address = path.partition(" ")
            answer = self._send(method, address, {"content-type": "application/json"}, body)
            if not 200 <= answer.status_code < 300:
                raise ValueError(f"{path}: {answer.status_code} {answer.text}")

    def _ask(self, case: Any) -> Response:
        wanted = case.as_transport_kwargs(base_url=URL)
        names = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
        made: Any = requests.Request(**{name: wanted.get(name) for name in names}).prepare()
        body = made.body.encode() if isinstance(made.body, str) else made.body or b""
        answer = self._send(made.method, made.path_url, made.headers, body)
        self.answers[answer.status_code] += 1
        return answer

    def _send(self, method: str, url: str, headers: Mapping[str, Any], body: bytes) -> Response:
        exchange = Exchange(method, url, headers, body)
        with patch.object(anyio.to_thread, "run_sync", _run_here):
            self._loop.run_until_complete(exchange.through(self._app))
        return exchange.answer()


class Exchange:
    """A request to an ASGI application, and its answer."""

    def __init__(self, method: str, url: str, headers: Mapping[str, Any], body: bytes):
        self._url = url
        path, _, query = url.partition("?")
        told = {"host": "127.0.0.1:8600", "authorization": f"Bearer {KEY}", **headers}
        told["content-length"] = str(len(body))
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(n.lower().encode("latin-1"), _bytes(v)) for n, v in told.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8600),
        }
        self._body = body
        self._asked = False
        self._told: list[Any] = []

    async def through(self, app: Any) -> None:
        """Have it answered. What the app raises after it has answered is in the answer."""
        try:
            await app(self._scope, self._receive, self._take)
        except Exception:
            if not self._told:
                raise

    async def _receive(self) -> dict[str, Any]:
        if self._asked:  # whoever asks on waits for the caller to go, which does not
            await asyncio.Event().wait()
        self._asked = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def _take(self, message: Any) -> None:
        self._told.append(message)

    def answer(self) -> Response:
        """What was answered."""
        start, *parts = self._told
        headers: dict[str, list[str]] = {}
        for name, value in start["headers"]:
            headers.setdefault(name.decode(), []).append(value.decode("latin-1"))
        asked = requests.Request(self._scope["method"], URL).prepare()
        content = b"".join(part.get("body", b"") for part in parts)
        return Response(start["status"], headers, content, asked, 0.0, verify=False)


async def _run_here(call: Callable[..., Any], *given: Any, **_options: Any) -> Any:
    """Instead of in a thread: with one caller nothing runs beside it."""
    return call(*given)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _clock() -> int:
    return START_MS


@cache
def fuzzer() -> Fuzzer:
    """One for each process. What is there by then stays: the garbage collector need not look at it
    again."""
    made = Fuzzer()
    gc.freeze()
    return made


def cases_each() -> int:
    """Requests for each target that takes any input, so that they are ``CASES`` together, and some
    more: not every target can be sent as many different ones."""
    targets = [target for target in fuzzer().targets() if fuzzer().takes_input(target)]
    return -(-CASES * 11 // (10 * len(targets)))


def _dressed(case: Any) -> Iterator[None]:
    """The case as it was made, with most names in it replaced by known ones, and with others:
    it costs more to make one up than to have it answered."""
    made = (case.path_parameters, case.query, case.body)
    before: list[str] = []
    for turn in range(TURNS):
        case.path_parameters, case.query, case.body = (_known(part, turn) for part in made)
        shown = repr((case.path_parameters, case.query, case.body))
        if shown not in before:
            before.append(shown)
            yield


def _known(value: Any, turn: int, name: str = "") -> Any:
    """The value with most names replaced by known ones, always the same; as it is in turn 0."""
    if isinstance(value, dict):
        return {key: _known(one, turn, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_known(one, turn, name) for one in value]
    if turn and name in KNOWN and isinstance(value, str):
        chance = zlib.crc32(repr((value, turn)).encode("utf-8", "replace"))
        if chance % 8:
            return KNOWN[name][chance // 8 % len(KNOWN[name])]
    return value


def site_in_small() -> Site:
    """Three pods and two stations."""
    roles = {"S1": (StationRole.PICK,), "S2": (StationRole.PICK, StationRole.REPLENISH)}
    return Site(
        format="podherd-site/1",
        name=SITE,
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (12.0, 0.0), (12.0, 12.0), (0.0, 12.0)),
        storage_blocks=(),
        aisles=(),
        stations=tuple(
            PickStation(StationId(name), (x, 0.0), (), (), order_slots=4, roles=roles[name])
            for x, name in enumerate(roles)
        ),
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=2, columns=2, slot_capacity=50),
        pod_count=3,
        robot_types=(),
        robots=(),
    )


def _fill(bridge: Bridge) -> None:
    bridge.put_skus([SkuRecord(Sku(name)) for name in KNOWN["sku"]])
    slot = slot_id(PodId("P001"), "A", 1, 1)
    bridge.load_stock([Balance(slot, Sku("RED"), 50)], "opening", START_MS)
    for name in ("A", "B/1"):
        order = OrderId(name)
        line = OrderLine(line_id(order, 1), Sku("RED"), 3)
        bridge.receive_order(PickOrder(order, (line,)), START_MS)
    visit, station, pod = VisitId("v1"), StationId("S1"), PodId("P001")
    order, line_name = OrderId("A"), LineId("A#1")
    task = PickTask(PickId("p1"), visit, station, pod, slot, order, line_name, Sku("RED"), 2)
    bridge.apply([ShowPicks(visit, station, pod, RobotId("R1"), (task,))], START_MS)


def main() -> int:
    """Send ``FUZZ_CASES`` requests and print what came of them; 1 if an answer was wrong."""
    wrong: dict[str, str] = {}
    started_s = time.perf_counter()
    for target in fuzzer().targets():
        try:
            fuzzer().run(target, cases_each())
        except BaseExceptionGroup as failures:
            wrong[str(target)] = str(failures)
    took_s = time.perf_counter() - started_s
    answers = fuzzer().answers
    per_s = round(answers.total() / took_s, 1)
    told = {"cases": answers.total(), "seconds": round(took_s, 1), "per_s": per_s}
    sys.stdout.write(json.dumps(told | {"answers": dict(sorted(answers.items()))}) + "\n")
    for name, why in wrong.items():
        sys.stderr.write(f"\n{name}\n{why}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
