"""Our side of an EPCIS repository; see :class:`wms_bridge.connectors.port.Connector`. It is told
what was picked, put away and counted, and asked what was received; it has no orders and no
stock."""

import logging
from dataclasses import dataclass

import httpx

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidMessage, PodherdError
from wms_bridge.connectors.epcis.address import EpcisAddress, read_address
from wms_bridge.connectors.epcis.mapping import events_of, receipts_of
from wms_bridge.connectors.epcis.wire import EpcisWire
from wms_bridge.connectors.port import (
    OrderDocument,
    Page,
    ReceiptDocument,
    StockMove,
    StockSnapshot,
)
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.read import read_document
from wms_bridge.epcis.values import ms_of
from wms_bridge.messages import WmsMessage
from wms_bridge.ports.store import DeliveryFailed, NoStockTold
from wms_bridge.records.work import SkuRecord

LOG = logging.getLogger(__name__)
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Cursor:
    """Events recorded at ``since`` (ISO 8601) or later are read; ``token`` is that of the next
    page, ``newest`` the latest record time seen on pages so far."""

    since: str = ""
    token: str = ""
    newest: str = ""


class EpcisConnector:
    """The repository at an address."""

    def __init__(self, address: EpcisAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._address = address
        self._wire = EpcisWire(address.base, address.auth, address.timeout_s, transport)

    @property
    def name(self) -> str:
        """``epcis+https://host/base``."""
        return self._address.shown

    @property
    def fence_ms(self) -> int:
        """0, as the repository knows repeats by their eventID; or as the address says."""
        return round(self._address.fence_s * 1000)

    async def check(self) -> str:
        """That events can be asked for."""
        await self._wire.events({"perPage": "1"})
        return "EPCIS 2.0"

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """None."""
        return Page((), cursor)

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """ObjectEvents of receiving, by the time they were recorded. One that cannot be used is
        left out and logged."""
        at = _read_cursor(cursor)
        query = {"eventType": "ObjectEvent", "EQ_bizStep": "receiving", "perPage": str(PER_PAGE)}
        query |= {"orderBy": "recordTime", "orderDirection": "ASC"}
        if at.since:
            query["GE_recordTime"] = at.since
        if at.token:
            query["nextPageToken"] = at.token
        raw, token = await self._wire.events(query)
        events = _events(raw)
        newest = max(
            [at.newest or at.since, *(event.record_time or "" for event in events)], key=_ms
        )
        following = Cursor(at.since, token, newest) if token else Cursor(newest)
        found = tuple(one for event in events for one in self._receipts_of(event))
        more = bool(token) and token != at.token
        return Page(found, encode(following).decode(), more)

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """None."""
        return Page((), cursor)

    async def moves(self, cursor: str) -> Page[StockMove]:
        """None."""
        return Page((), cursor)

    async def stock(self) -> StockSnapshot:
        """:class:`NoStockTold`: it keeps events, not stock."""
        raise NoStockTold("an EPCIS repository has no stock to be compared")

    async def find(self, message: WmsMessage) -> bool:
        """Whether all its events are there."""
        for event in events_of(message, self._address.site):
            if await self._wire.event(event.event_id or "") is None:
                return False
        return True

    async def carry_out(self, message: WmsMessage) -> str:
        """Have its events captured, all or none, unless they are there."""
        events = events_of(message, self._address.site)
        if not events:
            return "nothing to tell"
        if await self.find(message):
            return "there already"
        newest_ms = max(ms_of(event.event_time) for event in events)
        done, said = await self._wire.capture(document(events, newest_ms))
        if done:
            return f"{len(events)} events captured"
        if await self.find(message):
            return "there already"  # the repository refuses repeats
        raise DeliveryFailed(f"not captured: {said}", refused=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    def _receipts_of(self, event: EpcisEvent) -> tuple[ReceiptDocument, ...]:
        try:
            return receipts_of(event, self._address.site)
        except PodherdError as error:
            LOG.warning("event %s left out: %s", event.event_id, error)
            return ()


def _events(raw: bytes) -> tuple[EpcisEvent, ...]:
    try:
        return read_document(raw).events
    except InvalidMessage as error:
        raise DeliveryFailed(f"events: {error}", refused=False) from error


def _ms(moment: str) -> int:
    return ms_of(moment) if moment else 0


def _read_cursor(text: str) -> Cursor:
    try:
        return from_json(decode(text), Cursor) if text else Cursor()
    except InvalidMessage as error:
        raise DeliveryFailed("not a cursor of a repository", refused=False) from error


def connect(url: str) -> EpcisConnector:
    """:class:`~planner.warehouse.errors.InvalidMessage` on an address that cannot be used."""
    return EpcisConnector(read_address(url))
