"""The panel of a station, put together from what the bridge keeps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from planner.warehouse.ids import OrderId, Sku, StationId
from planner.warehouse.site import PickerKind, PickStation, PodModel, Site
from planner.warehouse.view import FloorView
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.instructing.answers import (
    Article,
    Instruction,
    Language,
    StationPanel,
    Tote,
    Work,
)
from wms_bridge.instructing.coming import next_pods
from wms_bridge.instructing.faces import place_of
from wms_bridge.instructing.rendering import lights_of, voice_of
from wms_bridge.openings import check_station, stations
from wms_bridge.ports.store import Reading
from wms_bridge.records.counts import CountTaskRecord
from wms_bridge.records.work import PickRecord, PutRecord
from wms_bridge.serials.naming import GTIN
from wms_bridge.shelves import Shelves

HOUR_MS = 3_600_000
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest view of the floor, and how old it is (ms)."""

    view: FloorView
    age_ms: int


def panel_of(
    tx: Reading,
    site: Site,
    shelves: Shelves,
    station: StationId,
    language: Language,
    seen: Seen | None,
    now_ms: int,
) -> StationPanel:
    """What the station tells now; :class:`NotFound` if the site has none of this name."""
    check_station(shelves, station)
    place = next(one for one in site.stations if one.id == station)
    opening = next(one for one in stations(tx, shelves) if one.station == station)
    wall = tuple(_totes(tx, station))
    return StationPanel(
        station,
        now_ms,
        place.roles,
        place.picker,
        place.order_slots,
        opening.closed,
        opening.at_once,
        _instructions(tx, site, place, language, {tote.order: tote.place for tote in wall}),
        wall,
        () if seen is None else next_pods(seen.view, place, site.pitch_m),
        None if seen is None else seen.age_ms,
        tx.work_done(station, now_ms - HOUR_MS),
    )


def gtin_14(text: str) -> str | None:
    """A GTIN of 8, 12, 13 or 14 digits with its check digit, as 14 digits; ``None`` for any other
    text."""
    digits = text.isascii() and text.isdigit() and len(text) in _GTIN_LENGTHS
    return text.zfill(14) if digits and check_digit(text[:-1]) == text[-1] else None


def _totes(tx: Reading, station: StationId) -> Iterator[Tote]:
    for place in tx.wall(station):
        order = tx.order(place.order)
        if order is not None:
            yield Tote(place.place, place.order, order.status)


def _instructions(
    tx: Reading,
    site: Site,
    station: PickStation,
    language: Language,
    places: Mapping[OrderId, int],
) -> tuple[Instruction, ...]:
    maker = _Maker(site.pod_model, language, places, lambda sku: _article(tx, sku))
    shown = tx.open_picks(station.id, 0)
    if station.picker is PickerKind.ARM:
        shown = tuple(pick for pick in shown if pick.failed_ms is not None)
    found = [maker.pick(record) for record in shown]
    found += [maker.put(record) for record in tx.open_puts(station.id, 0)]
    found += [maker.count(record) for record in tx.open_counts(station.id, 0)]
    return tuple(sorted(found, key=lambda one: one.shown_ms))


def _article(tx: Reading, sku: Sku) -> Article:
    record = tx.sku(sku)
    own = gtin_14(sku)
    kinds = (kind.partition("/") for kind in tx.kinds_of_sku(sku))
    known = (key for ai, _, key in kinds if ai == GTIN)
    gtins = tuple(dict.fromkeys((*((own,) if own else ()), *known)))
    return Article(sku, record.description if record else "", gtins)


@dataclass(frozen=True, slots=True)
class _Maker:
    model: PodModel
    language: Language
    places: Mapping[OrderId, int]
    article: Callable[[Sku], Article]

    def pick(self, record: PickRecord) -> Instruction:
        task = record.task
        place = self.places.get(task.order)
        made = self._made(Work.PICK, task.pick, record, task.quantity, record.lot, place)
        return replace(made, order=task.order, line=task.line)

    def put(self, record: PutRecord) -> Instruction:
        task = record.task
        made = self._made(Work.PUT, task.put, record, task.quantity)
        return replace(made, receipt=task.receipt)

    def count(self, record: CountTaskRecord) -> Instruction:
        return self._made(Work.COUNT, record.task.count, record, None)

    def _made(
        self,
        work: Work,
        name: str,
        record: PickRecord | PutRecord | CountTaskRecord,
        quantity: int | None,
        lot: str = "",
        place: int | None = None,
    ) -> Instruction:
        task = record.task
        slot, article = place_of(task.slot, self.model), self.article(task.sku)
        spoken = article.description or article.sku
        return Instruction(
            work=work,
            id=name,
            number=record.number,
            shown_ms=record.shown_ms,
            visit=task.visit,
            article=article,
            slot=slot,
            quantity=quantity,
            lights=lights_of(work, slot, quantity, place),
            voice=voice_of(self.language, work, spoken, slot, quantity, lot, place),
            lot=lot,
            place=place,
        )
