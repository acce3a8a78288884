"""A WMS with a REST API: ``python -m wms_bridge.fakes.rest_wms --port 8710 --file wms.db``.

Correct, and without idempotency, as real ones are: two creates with one reference make two
documents and take the goods twice; a transition that was made is refused. Everything is in SQLite:
in a file it is there after a restart. The same under ``/api`` (for systems) and ``/desk`` (for
people).
"""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from wms_bridge.fakes.rest_books import DOCK, SHIPPED, SUPPLIER, Books, Refused

MAX_PAGE = 500
After = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Pieces = Annotated[int, Field(gt=0, le=10**9)]


class LineIn(BaseModel):
    """A line of an order."""

    number: int
    sku: str
    quantity: Pieces


class OrderIn(BaseModel):
    """An order, released at once."""

    reference: str
    lines: list[LineIn]
    due_ms: int | None = None
    priority: int = 0


class PickedIn(BaseModel):
    """Pieces taken for a line."""

    number: int
    sku: str
    location: str
    quantity: Pieces
    lot: str = ""


class ShipmentIn(BaseModel):
    """What was picked for an order."""

    reference: str
    order: str
    picked: list[PickedIn]


class MoveIn(BaseModel):
    """Pieces for a location; fewer with a negative difference."""

    location: str
    sku: str
    quantity: int
    lot: str = ""


class ReceiptIn(BaseModel):
    """Goods at the dock."""

    reference: str
    sku: str
    quantity: Pieces


class PutawayIn(BaseModel):
    """Goods of a receipt put away."""

    reference: str
    receipt: str
    lines: list[MoveIn]


class AdjustmentIn(MoveIn):
    """A difference found by counting."""

    reference: str
    reason: str = ""


def create_rest_wms(file: Path | None = None, clock_ms: int = 0) -> FastAPI:
    """The web application; its books are in ``file``, or gone when it ends. Its clock counts its
    bookings from ``clock_ms``."""
    app = FastAPI(title="Fake REST WMS", openapi_url=None)
    books = Books(file, clock_ms)
    app.state.books = books
    router = APIRouter()
    for add in (_add_master, _add_orders, _add_shipping, _add_goods, _add_feeds):
        add(router, books)
    app.include_router(router, prefix="/api")
    app.include_router(router, prefix="/desk")

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return JSONResponse({"code": error.code, "message": str(error)}, error.status)

    return app


def _add_master(router: APIRouter, books: Books) -> None:
    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"name": "fake REST WMS", "version": "1.0"}

    @router.put("/locations/{code:path}")
    async def location(code: str) -> dict[str, Any]:
        return books.once("location", code, {"code": code})

    @router.put("/items/{sku:path}")
    async def item(sku: str, body: dict[str, Any]) -> dict[str, Any]:
        return books.once("item", sku, {**body, "sku": sku})

    @router.post("/stock")
    async def stock_in(body: MoveIn) -> dict[str, int]:
        books.check(body.sku, body.location)
        with books.change():
            number = books.move(
                SUPPLIER, body.location, body.sku, body.quantity, body.lot, "opening"
            )
        return {"move": number}


def _add_orders(router: APIRouter, books: Books) -> None:
    @router.post("/orders", status_code=HTTPStatus.CREATED)
    async def place(body: OrderIn) -> dict[str, Any]:
        for line in body.lines:
            books.check(line.sku)
        order = {**body.model_dump(), "status": "released", "revision": 1, "reserved": 0}
        return books.add("order", body.reference, order)

    @router.put("/orders/{reference:path}/lines")
    async def change(reference: str, body: OrderIn) -> dict[str, Any]:
        for line in body.lines:
            books.check(line.sku)
        order = books.open_order(reference)
        return books.put({**order, **body.model_dump(), "revision": order["revision"] + 1})

    @router.post("/orders/{reference:path}/cancel")
    async def cancel(reference: str) -> dict[str, Any]:
        order = books.open_order(reference)
        return books.put({**order, "status": "cancelled", "revision": order["revision"] + 1})

    @router.post("/orders/{reference:path}/reserve")
    async def reserve(reference: str) -> dict[str, Any]:
        order = books.open_order(reference)
        return books.put({**order, "reserved": books.reservable(order["lines"])})


def _add_shipping(router: APIRouter, books: Books) -> None:
    @router.post("/shipments", status_code=HTTPStatus.CREATED)
    async def ship(body: ShipmentIn) -> dict[str, Any]:
        for picked in body.picked:
            books.check(picked.sku, picked.location)
        books.known_order(body.order)
        with books.change():
            made = books.keep("shipment", body.reference, {**body.model_dump(), "status": "done"})
            for one in body.picked:
                told = (one.sku, one.quantity, one.lot, body.reference)
                books.move(one.location, SHIPPED, *told)
        return made

    @router.post("/orders/{reference:path}/close")
    async def close(reference: str) -> dict[str, Any]:
        order = books.open_order(reference)
        return books.put({**order, "status": "shipped", "revision": order["revision"] + 1})


def _add_goods(router: APIRouter, books: Books) -> None:
    @router.post("/receipts", status_code=HTTPStatus.CREATED)
    async def receive(body: ReceiptIn) -> dict[str, Any]:
        books.check(body.sku)
        with books.change():
            made = books.keep("receipt", body.reference, {**body.model_dump(), "status": "at dock"})
            books.move(SUPPLIER, DOCK, body.sku, body.quantity, "", body.reference)
        return made

    @router.post("/putaways", status_code=HTTPStatus.CREATED)
    async def put_away(body: PutawayIn) -> dict[str, Any]:
        for line in body.lines:
            books.check(line.sku, line.location)
        with books.change():
            made = books.keep("putaway", body.reference, {**body.model_dump(), "status": "done"})
            for line in body.lines:
                told = (line.sku, line.quantity, line.lot, body.reference)
                books.move(DOCK, line.location, *told)
        return made

    @router.post("/adjustments", status_code=HTTPStatus.CREATED)
    async def adjust(body: AdjustmentIn) -> dict[str, Any]:
        books.check(body.sku, body.location)
        with books.change():
            made = books.keep("adjustment", body.reference, {**body.model_dump(), "status": "done"})
            told = (body.sku, body.quantity, body.lot, body.reference)
            books.move("lost-and-found", body.location, *told)
        return made


def _add_feeds(router: APIRouter, books: Books) -> None:
    @router.get("/orders")
    async def orders(after: After = 0, limit: Limit = 100) -> dict[str, Any]:
        return _page("orders", books.changed("order", after, limit), after, limit)

    @router.get("/receipts")
    async def receipts(after: After = 0, limit: Limit = 100) -> dict[str, Any]:
        return _page("receipts", books.changed("receipt", after, limit), after, limit)

    @router.get("/items")
    async def items(after: After = 0, limit: Limit = 100) -> dict[str, Any]:
        return _page("items", books.changed("item", after, limit), after, limit)

    @router.get("/moves")
    async def moves(after: After = 0, limit: Limit = 100) -> dict[str, Any]:
        return _page("moves", books.moves(after, limit), after, limit)

    @router.get("/stock")
    async def stock(page: Annotated[int, Query(ge=1)] = 1, limit: Limit = 100) -> dict[str, Any]:
        rows = books.stock((page - 1) * limit, limit)
        return {"rows": rows, "page": page, "watermark": books.last_move()}

    @router.get("/documents")
    async def documents(reference: str) -> dict[str, Any]:
        return {"documents": books.with_reference(reference)}

    @router.get("/orders/{reference:path}")
    async def order(reference: str) -> dict[str, Any]:
        return books.known_order(reference)


def _page(name: str, found: list[dict[str, Any]], after: int, limit: int) -> dict[str, Any]:
    following = max((one["seq"] for one in found), default=after)
    return {name: found, "next": following, "more": len(found) >= limit}


def _run(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8710,
    file: Annotated[Path | None, typer.Option(help="SQLite file; in memory if not given.")] = None,
) -> None:
    """Run a fake WMS with a REST API."""
    uvicorn.run(create_rest_wms(file), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    typer.run(_run)
