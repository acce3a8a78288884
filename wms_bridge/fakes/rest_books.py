"""The books of the fake REST WMS: documents and moves in SQLite."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

SUPPLIER, DOCK, SHIPPED = "supplier", "dock", "shipped"
_BEYOND = (SUPPLIER, SHIPPED, "lost-and-found")
"""Where stock is no more, or not yet, in the house."""

_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, reference TEXT NOT NULL, seq INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_seq ON documents (kind, seq);
CREATE INDEX IF NOT EXISTS documents_reference ON documents (reference);
CREATE TABLE IF NOT EXISTS moves (
    seq INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, sku TEXT NOT NULL,
    lot TEXT NOT NULL, quantity INTEGER NOT NULL, at_ms INTEGER NOT NULL, reference TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS stock (
    location TEXT NOT NULL, sku TEXT NOT NULL, lot TEXT NOT NULL, quantity INTEGER NOT NULL,
    PRIMARY KEY (location, sku, lot));
"""
_BOOK = """
INSERT INTO stock VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity
"""


class Refused(Exception):
    """The WMS says no."""

    def __init__(self, code: str, message: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY):
        self.code = code
        self.status = status
        super().__init__(message)


class Books:
    """Documents by kind and reference, moves, and what lies where. Used from one thread."""

    def __init__(self, file: Path | None, clock_ms: int = 0):
        self._clock_ms = clock_ms
        self._db = sqlite3.connect(
            file or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.executescript(_TABLES)

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of what is done in the block, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    # --- documents ---

    def add(self, kind: str, reference: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a document, in a transaction of its own."""
        with self.change():
            return self.keep(kind, reference, body)

    def keep(self, kind: str, reference: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a document: another one if there is one with the reference."""
        seq = self._next()
        row = (kind, reference, seq, json.dumps(body))
        made = self._db.execute(
            "INSERT INTO documents (kind, reference, seq, body) VALUES (?, ?, ?, ?)", row
        )
        return {**body, "kind": kind, "seq": seq, "id": made.lastrowid}

    def once(self, kind: str, reference: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a document if there is none of its kind with the reference."""
        found = self._find(kind, reference)
        return found if found is not None else self.add(kind, reference, body)

    def put(self, document: dict[str, Any]) -> dict[str, Any]:
        """Replace a document."""
        body = {k: v for k, v in document.items() if k not in ("kind", "seq", "id")}
        with self.change():
            seq = self._next()
            self._db.execute(
                "UPDATE documents SET seq = ?, body = ? WHERE number = ?",
                (seq, json.dumps(body), document["id"]),
            )
        return {**document, "seq": seq}

    def known_order(self, reference: str) -> dict[str, Any]:
        """The order; :class:`Refused` if there is none."""
        found = self._find("order", reference)
        if found is None:
            raise Refused("no_such_order", f"there is no order {reference}", HTTPStatus.NOT_FOUND)
        return found

    def open_order(self, reference: str) -> dict[str, Any]:
        """The order; :class:`Refused` if it is closed: no transition is made twice."""
        order = self.known_order(reference)
        if order["status"] != "released":
            raise Refused(
                f"already_{order['status']}",
                f"order {reference} is {order['status']}",
                HTTPStatus.CONFLICT,
            )
        return order

    def check(self, sku: str, location: str | None = None) -> None:
        """:class:`Refused` if the item or the location is not known."""
        if self._find("item", sku) is None:
            raise Refused("no_such_item", f"there is no item {sku}")
        if location is not None and self._find("location", location) is None:
            raise Refused("no_such_location", f"there is no location {location}")

    def changed(self, kind: str, after: int, limit: int) -> list[dict[str, Any]]:
        """Documents that are new or have changed since."""
        rows = self._db.execute(
            "SELECT number, kind, seq, body FROM documents WHERE kind = ? AND seq > ?"
            " ORDER BY seq LIMIT ?",
            (kind, after, limit),
        )
        return [_document(row) for row in rows]

    def with_reference(self, reference: str) -> list[dict[str, Any]]:
        """Documents of every kind that carry it, or are for the order or receipt of this name."""
        rows = self._db.execute(
            "SELECT number, kind, seq, body FROM documents WHERE kind NOT IN ('item', 'location')"
            " AND ? IN (reference, json_extract(body, '$.order'), json_extract(body, '$.receipt'))"
            " ORDER BY number",
            (reference,),
        )
        return [_document(row) for row in rows]

    def _find(self, kind: str, reference: str) -> dict[str, Any] | None:
        row = self._db.execute(
            "SELECT number, kind, seq, body FROM documents WHERE kind = ? AND reference = ?"
            " ORDER BY number LIMIT 1",
            (kind, reference),
        ).fetchone()
        return None if row is None else _document(row)

    # --- stock ---

    def move(
        self, source: str, target: str, sku: str, quantity: int, lot: str, reference: str
    ) -> int:
        """Book pieces from one place to another; its number. Stock may go below nothing: what was
        taken was there."""
        seq = self._next()
        row = (seq, source, target, sku, lot, quantity, self._clock_ms + seq, reference)
        self._db.execute("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        for place, pieces in ((source, -quantity), (target, quantity)):
            if place not in _BEYOND:
                self._db.execute(_BOOK, (place, sku, lot, pieces))
        return seq

    def moves(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Moves since."""
        names = ("seq", "from", "to", "sku", "lot", "quantity", "at_ms", "reference")
        rows = self._db.execute(
            "SELECT * FROM moves WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def last_move(self) -> int:
        """The number of the latest move."""
        (latest,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM moves").fetchone()
        return int(latest)

    def stock(self, skip: int, limit: int) -> list[dict[str, Any]]:
        """What lies where, the dock left out."""
        rows = self._db.execute(
            "SELECT location, sku, lot, quantity FROM stock WHERE location != ? AND quantity != 0"
            " ORDER BY location, sku, lot LIMIT ? OFFSET ?",
            (DOCK, limit, skip),
        )
        return [dict(zip(("location", "sku", "lot", "quantity"), row, strict=True)) for row in rows]

    def reservable(self, lines: Sequence[dict[str, Any]]) -> int:
        """Pieces of lines that could be reserved. Others' reservations are not looked at: it
        promises too much, as real ones do."""
        found = 0
        for line in lines:
            (pieces,) = self._db.execute(
                "SELECT coalesce(sum(quantity), 0) FROM stock WHERE sku = ? AND location != ?",
                (line["sku"], DOCK),
            ).fetchone()
            found += max(0, min(line["quantity"], pieces))
        return found

    def _next(self) -> int:
        (seq,) = self._db.execute(
            "SELECT 1 + max((SELECT coalesce(max(seq), 0) FROM documents),"
            " (SELECT coalesce(max(seq), 0) FROM moves))"
        ).fetchone()
        return int(seq)


def _document(row: tuple[int, str, int, str]) -> dict[str, Any]:
    number, kind, seq, body = row
    return {**json.loads(body), "kind": kind, "seq": seq, "id": number}
