"""The mapping file (TOML): where a WMS has what, and how it is told. docs/guides/wms-rest.md has
it field by field."""

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.rest.expressions import Expression, Template

FORMAT = "podherd-rest-map/1"
MAPS = Path(__file__).parent / "maps"
"""Maps that come with Podherd."""
_REMEDY = "See docs/guides/wms-rest.md."


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; it has no fields that are not known."""


class Auth(Part, frozen=True, kw_only=True):
    """A header with a secret, which is in the environment variable ``secret``."""

    secret: str
    header: str = "Authorization"
    value: str = "Bearer {secret}"


class Paging(Part, frozen=True, kw_only=True):
    """How to read on. ``cursor``: the answer tells what to ask for next. ``since``: ask for what
    has changed since the latest ``stamp`` seen, less ``overlap_s``, page by page from 1; ``pages``:
    page by page from 1, from the start each time. A page of less than ``size`` is the last one,
    unless the answer says whether there is ``more``."""

    style: Literal["cursor", "since", "pages"] = "cursor"
    size: int = 100
    next: Expression | None = None
    more: Expression | None = None
    stamp: Expression | None = None
    start: str = ""
    overlap_s: float = 60.0


class Feed(Part, frozen=True, kw_only=True):
    """Something to read: ``items`` finds the list in the answer, ``fields`` finds values in one of
    it, and ``each`` things in it that are items of their own. Only those are taken for which
    ``when`` is true."""

    path: Template
    items: Expression
    fields: dict[str, Expression]
    query: dict[str, Template] = {}
    paging: Paging = Paging()
    each: Expression | None = None
    when: Expression | None = None


class Orders(Feed, frozen=True, kw_only=True):
    """Orders: also where the lines are and what is in them, and which states mean what. Those in
    other states are left alone."""

    lines: Expression
    line: dict[str, Expression]
    states: dict[Literal["open", "cancelled", "done"], tuple[str, ...]]


class Stock(Feed, frozen=True, kw_only=True):
    """All stock, with the ``cursor`` from which moves are news."""

    cursor: Expression


class Search(Part, frozen=True, kw_only=True):
    """How to see whether something is done: ``found`` is true of the ``answer`` and what was
    ``asked``. The answer 404 means no."""

    path: Template
    found: Expression
    query: dict[str, Template] = {}


class Step(Part, frozen=True, kw_only=True):
    """A request. ``each``: one for each of these; only ``when`` this is true. ``done`` finds out
    whether it is done, ``already`` whether a refusal means so, ``repeatable``: doing it again does
    no harm."""

    name: str
    path: Template
    method: Literal["POST", "PUT", "PATCH", "DELETE"] = "POST"
    query: dict[str, Template] = {}
    body: Expression | None = None
    each: Expression | None = None
    when: Expression | None = None
    done: Search | None = None
    already: Expression | None = None
    repeatable: bool = False


Kind = Literal[
    "order-confirmed",
    "reserve-order",
    "line-routed",
    "receipt-put-away",
    "stock-adjusted",
    "lot-state",
]


class Documents(Part, frozen=True, kw_only=True):
    """Where things with a reference are, for conformance."""

    kind: str
    path: Template
    items: Expression
    fields: dict[str, Expression]
    query: dict[str, Template] = {}
    when: Expression | None = None


class Desk(Part, frozen=True, kw_only=True):
    """What people do at the WMS; only for trials and conformance."""

    locations: tuple[Step, ...]
    items: tuple[Step, ...]
    book_stock: tuple[Step, ...]
    place: tuple[Step, ...]
    change: tuple[Step, ...]
    cancel: tuple[Step, ...]
    receive: tuple[Step, ...]
    documents: tuple[Documents, ...]


class Check(Part, frozen=True, kw_only=True):
    """Where the WMS says that it is there, and its version."""

    path: Template
    version: Expression


class RestMap(Part, frozen=True, kw_only=True):
    """All of a mapping file. ``not_done`` are answers after which nothing was done and nothing will
    be; after others of 5xx, and 408, nobody knows."""

    format: Literal["podherd-rest-map/1"]
    name: str
    check: Check
    orders: Orders
    stock: Stock
    moves: Feed
    tell: dict[Kind, tuple[Step, ...]]
    receipts: Feed | None = None
    items: Feed | None = None
    clerk: Desk | None = None
    auth: Auth | None = None
    headers: dict[str, str] = {}
    idempotency_header: str | None = None
    location: Literal["pod", "slot"] = "pod"
    timeout_s: float = 10.0
    fence_s: float = 60.0
    not_done: tuple[int, ...] = (429, 503)


REQUIRED = {
    "orders": ("reference", "version", "state"),
    "receipts": ("receipt", "sku", "quantity"),
    "items": ("sku",),
    "stock": ("location", "sku", "quantity"),
    "moves": ("move", "from_location", "to_location", "sku", "quantity", "at_ms", "ours"),
}
OPTIONAL = {
    "orders": ("due_ms", "priority"),
    "receipts": ("version",),
    "items": (
        *("description", "size_class", "velocity_class"),
        *("weight_g", "case_quantity", "piece_value"),
    ),
    "stock": ("lot",),
    "moves": ("lot",),
}


def find_map(name: str) -> Path:
    """The file: a path, or the name of a map that comes with Podherd (``podherd-fake``)."""
    own = MAPS / f"{name}.toml"
    return own if "/" not in name and own.exists() else Path(name)


def read_map(path: Path) -> RestMap:
    """The map in a file; :class:`InvalidMessage` names the line or the field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidMessage(f"the file cannot be read: {error}", field=str(path)) from error
    return parse_map(text, str(path))


def parse_map(text: str, name: str = "map") -> RestMap:
    """A map; :class:`InvalidMessage` names the line or the field."""
    try:
        found = msgspec.convert(tomllib.loads(text), RestMap, dec_hook=_checked)
    except tomllib.TOMLDecodeError as error:
        raise InvalidMessage(f"not TOML: {error}", field=name, remedy=_REMEDY) from error
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$")
        field = f"{name}: {place.strip('`').lstrip('.')}" if place else name
        raise InvalidMessage(said, field=field, remedy=_REMEDY) from error
    _check(found, name)
    return found


def _checked(kind: type, value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, found {value!r}")
    if kind is Expression or kind is Template:
        return kind(value)
    raise NotImplementedError(kind)


def _check(found: RestMap, name: str) -> None:
    for section in REQUIRED:
        feed: Feed | None = getattr(found, section)
        if feed is not None:
            _check_fields(feed.fields, section, name)
            _check_paging(feed.paging, f"{name}: {section}.paging")
    for field in ("number", "sku", "quantity"):
        if field not in found.orders.line:
            raise InvalidMessage("missing", field=f"{name}: orders.line.{field}", remedy=_REMEDY)
    for kind, steps in found.tell.items():
        for index, step in enumerate(steps):
            safe = step.done or step.already or step.repeatable or found.idempotency_header
            if not safe:
                raise InvalidMessage(
                    "nobody could tell whether this was done when its answer is lost",
                    field=f"{name}: tell.{kind}[{index}]",
                    value=step.name,
                    remedy="Give it `done` (a search), `already` or `repeatable = true`.",
                )


def _check_fields(fields: dict[str, Expression], section: str, name: str) -> None:
    for field in REQUIRED[section]:
        if field not in fields:
            raise InvalidMessage(
                "missing", field=f"{name}: {section}.fields.{field}", remedy=_REMEDY
            )
    unknown = set(fields) - {*REQUIRED[section], *OPTIONAL[section]}
    if unknown:
        known = ", ".join((*REQUIRED[section], *OPTIONAL[section]))
        raise InvalidMessage(
            "no such field",
            field=f"{name}: {section}.fields.{min(unknown)}",
            remedy=f"Known: {known}.",
        )


def _check_paging(paging: Paging, field: str) -> None:
    needed = {"cursor": "next", "since": "stamp"}.get(paging.style)
    if needed is not None and getattr(paging, needed) is None:
        raise InvalidMessage(
            f"missing with style {paging.style!r}", field=f"{field}.{needed}", remedy=_REMEDY
        )
    if paging.size < 1 or paging.overlap_s < 0:
        raise InvalidMessage("size is 1 or more, overlap_s 0 or more", field=field)
