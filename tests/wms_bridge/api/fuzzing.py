"""Generated requests to everything the bridge serves, in one process without a network.

    FUZZ_CASES=20000 python -m tests.wms_bridge.api.fuzzing    # how fast it goes, and what it finds

Half of the requests keep to the OpenAPI document and half break it. Names in them are often those
of orders, slots and stations that exist, so that requests get past the first check.
"""

import asyncio
import json
import os
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import requests
import schemathesis
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
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.api.contract import document
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

CASES = int(os.environ.get("FUZZ_CASES", "2000"))
"""Requests in all, over all operations; CI sends 20,000."""
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
KNOWN: dict[str, tuple[str, ...]] = {
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
    "key": ("k1", "k2"),
    "rule": ("dock",),
    "case": ("C000001",),
    "receipt": ("R-1",),
    "put": ("u1",),
}


@dataclass(frozen=True, slots=True)
class Target:
    """An operation, and whether requests keep to its document."""

    label: str
    valid: bool

    def __str__(self) -> str:
        return f"{self.label} {'valid' if self.valid else 'broken'}"


class Fuzzer:
    """A bridge with some work in it, and requests made up from its own document."""

    def __init__(self) -> None:
        bridge = Bridge(site_in_small(), MemoryStore())
        _fill(bridge)
        app = create_app(bridge, lambda: START_MS, page=Path("/nowhere"))
        app.state.context.close()  # nobody waits for news
        schema = schemathesis.openapi.from_dict(document(app))
        self.operations: dict[str, Any] = {}
        for result in schema.get_all_operations():
            operation: Any = result
            self.operations[operation.ok().label] = operation.ok()
        self.answers: Counter[int] = Counter()
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url=URL)

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

    def run(self, target: Target, cases: int) -> None:
        """Send so many requests; :class:`schemathesis.core.failures.FailureGroup` on an answer that
        is not in the document, or a 5xx."""
        operation = self.operations[target.label]
        mode = GenerationMode.POSITIVE if target.valid else GenerationMode.NEGATIVE

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
            _use_known_names(case)
            case.validate_response(self._ask(case), checks=CHECKS)

        try:
            send()
        except Unsatisfiable:  # any text will do for what it takes: nothing can be broken
            if target.valid:
                raise

    def _ask(self, case: Any) -> Response:
        wanted = case.as_transport_kwargs(base_url=URL)
        names = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
        made: Any = requests.Request(**{name: wanted.get(name) for name in names}).prepare()
        content = made.body if isinstance(made.body, bytes | str) else None
        request = httpx.Request(made.method, made.url, headers=dict(made.headers), content=content)
        answer = self._loop.run_until_complete(self._http.send(request))
        self.answers[answer.status_code] += 1
        return Response.from_any(answer)


@cache
def fuzzer() -> Fuzzer:
    """One for each process."""
    return Fuzzer()


def cases_each() -> int:
    """Requests for each target that takes any input, so that they are ``CASES`` together, and some
    more: not every target can be sent as many different ones."""
    targets = [target for target in fuzzer().targets() if fuzzer().takes_input(target)]
    return -(-CASES * 11 // (10 * len(targets)))


def _use_known_names(case: Any) -> None:
    case.path_parameters = _known(case.path_parameters)
    case.query = _known(case.query)
    case.body = _known(case.body)


def _known(value: Any, name: str = "") -> Any:
    """The value with three of four names replaced by known ones, always the same."""
    if isinstance(value, dict):
        return {key: _known(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_known(one, name) for one in value]
    chance = zlib.crc32(repr(value).encode("utf-8", "replace"))
    if name in KNOWN and isinstance(value, str) and chance % 4:
        return KNOWN[name][chance // 4 % len(KNOWN[name])]
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
