"""Messages as files for the WMS: each has one name and one content for ever."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from planner.codec.messages import encode, to_json
from wms_bridge.connectors.folder.address import Format
from wms_bridge.messages import (
    LineRouted,
    LotStateTold,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    StockAdjusted,
    WmsMessage,
)

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST = 80
Cells = dict[str, Any]


def file_name(message: WmsMessage, layout: Format) -> str:
    """``order-confirmed_20261201T083000.000Z_A-1~3f2a….json``: sorts by kind and time, and no two
    messages share it, on file systems that know no case either."""
    kind, _, name = message.message.partition("/")
    digest = hashlib.sha256(message.message.encode()).hexdigest()[:12]
    safe = safe_part(name)
    moment = _moment(_at_ms(message))
    return "_".join(part for part in (kind, moment, f"{safe}~{digest}.{layout}") if part)


def safe_part(name: str) -> str:
    """As much of a name as any file system takes."""
    return _UNSAFE.sub("_", name)[:_LONGEST]


def contents(message: WmsMessage, layout: Format) -> bytes:
    """The file: the message as JSON, or a CSV row for each thing it tells."""
    if layout is Format.JSON:
        kind = message.message.partition("/")[0]
        return encode({"type": kind, **to_json(message)}) + b"\n"
    return table(list(_rows(message)))


def table(rows: list[Cells]) -> bytes:
    """CSV in UTF-8 with a header, ``CRLF`` as in RFC 4180."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _rows(message: WmsMessage) -> Iterator[Cells]:
    match message:
        case OrderConfirmed():
            for line in message.lines:
                head = _cells(message, "message", "order", "status", "completed_ms")
                told = _cells(line, "line", "sku", "ordered", "picked", "short", "reason", "flow")
                for pick in line.picks or (None,):
                    yield (
                        head
                        | told
                        | {
                            "pick": pick.pick if pick else "",
                            "slot": pick.slot if pick else "",
                            "quantity": pick.quantity if pick else 0,
                            "lot": pick.lot if pick else "",
                            "serials": " ".join(pick.serials) if pick else "",
                        }
                    )
        case ReservationWanted():
            head = _cells(message, "message", "order")
            for wanted in message.lines:
                yield head | _cells(wanted, "line", "sku", "quantity")
        case ReceiptPutAway():
            head = _cells(message, "message", "receipt", "sku", "completed_ms")
            for filled in message.slots:
                yield head | _cells(filled, "slot", "quantity", "lot")
        case StockAdjusted():
            lots = " ".join(f"{one.lot}:{one.difference:+d}" for one in message.lots)
            yield {**to_json(message), "lots": lots}
        case LineRouted() | LotStateTold():
            yield to_json(message)


def _cells(record: object, *names: str) -> Cells:
    told: Mapping[str, Any] = to_json(record)
    return {name: told[name] for name in names}


def _at_ms(message: WmsMessage) -> int | None:
    match message:
        case OrderConfirmed() | ReceiptPutAway():
            return message.completed_ms
        case StockAdjusted() | LotStateTold():
            return message.at_ms
        case LineRouted() | ReservationWanted():
            return None


def _moment(at_ms: int | None) -> str:
    if at_ms is None:
        return ""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y%m%dT%H%M%S}.{at_ms % 1000:03d}Z"
