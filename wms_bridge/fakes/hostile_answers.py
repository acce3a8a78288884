"""Answers of a WMS, spoiled in the ways that real ones are. Pure but for the dice handed in."""

import json
import random
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

_BIG = 48 * 1024
_HUGE = 400_000
_HOUR_MS = 3_600_000
_LISTS = ("orders", "receipts", "items", "moves", "rows")
Page = dict[str, Any]
Spoiler = Callable[[Page, random.Random], Page]


def spoil(
    how: str, asked: str, status: int, body: bytes, before: Any, dice: random.Random
) -> tuple[bytes, bytes, int]:
    """The body, content type and status after spoiling; ``asked`` is the query, and ``before`` what
    was answered under its path the last time."""
    if how == "big-error":
        return _big_error(status, body)
    if how == "wrong-type":
        return body, b"text/plain; charset=latin-1", status
    if status != HTTPStatus.OK:
        return body, b"application/json", status
    page = json.loads(body)
    again = how == "page-again"
    page = _page_again(page, before, asked) if again else _PAGES[how](page, dice)
    return json.dumps(page).encode(), b"application/json", status


def _big_error(status: int, body: bytes) -> tuple[bytes, bytes, int]:
    if status < HTTPStatus.BAD_REQUEST:
        return body, b"application/json", status
    told = {**json.loads(body), "fields": "x" * _BIG}
    return json.dumps(told).encode(), b"application/json", status


def _items(page: Page) -> list[Any] | None:
    return next((page[name] for name in _LISTS if name in page), None)


def _shuffled(page: Page, dice: random.Random) -> Page:
    items = _items(page)
    if items is not None and "rows" not in page:
        dice.shuffle(items)
    return page


def _twice(page: Page, dice: random.Random) -> Page:
    items = _items(page)
    if items and "rows" not in page:
        items.append(dice.choice(items))
    return page


def _page_again(page: Page, before: Any, asked: str) -> Page:
    """The page before once more; what comes after it is to be asked for again."""
    after = parse_qs(asked).get("after", [""])[0]
    if not isinstance(before, dict) or "next" not in page or not after:
        return page
    return {**before, "next": int(after), "more": True}


def _wrong_stock(page: Page, dice: random.Random) -> Page:
    for row in page.get("rows", []):
        if dice.random() < 0.5:
            row["quantity"] += dice.choice((-2, -1, 1, 3))
    return page


def _skewed(page: Page, dice: random.Random) -> Page:
    shift_ms = dice.choice((-_HOUR_MS, _HOUR_MS))
    for item in _items(page) or []:
        if isinstance(item, dict) and "at_ms" in item:
            item["at_ms"] = max(0, item["at_ms"] + shift_ms)
    return page


def _huge(page: Page, dice: random.Random) -> Page:
    items = _items(page)
    if items:
        items[0]["attachment"] = "x" * _HUGE
    return page


def _phantom(sku: str, quantity: int) -> Spoiler:
    def added(page: Page, dice: random.Random) -> Page:
        number = dice.randrange(10**6)
        reference = f"PHANTOM-{number}"
        if "orders" in page:
            line = {"number": 1, "sku": sku, "quantity": quantity}
            page["orders"].insert(
                0,
                {"reference": reference, "revision": 1, "status": "released", "lines": [line]},
            )
        elif "receipts" in page:
            page["receipts"].insert(0, {"reference": reference, "sku": sku, "quantity": quantity})
        return page

    return added


def _same_version(page: Page, dice: random.Random) -> Page:
    for order in page.get("orders", []):
        order["revision"] = 1
    return page


_PAGES: dict[str, Spoiler] = {
    "out-of-order": _shuffled,
    "duplicates": _twice,
    "wrong-stock": _wrong_stock,
    "clock-skew": _skewed,
    "huge": _huge,
    "unknown-sku": _phantom("NO-SUCH-THING", 1),
    "negative": _phantom("NO-SUCH-THING", -3),
    "same-version": _same_version,
}
SPOILED = ("big-error", "wrong-type", "page-again", *_PAGES)
"""Ways to spoil an answer."""
