"""Instructions of stations, for whoever renders them."""

from planner.warehouse.ids import StationId
from planner.warehouse.site import Site
from wms_bridge.instructing.answers import Language, StationPanel
from wms_bridge.instructing.panel import Seen, panel_of
from wms_bridge.ports.store import Store
from wms_bridge.shelves import Shelves


class StationDesk:
    """Tells from ``store``; changes nothing. Safe to call from several threads."""

    def __init__(self, site: Site, shelves: Shelves, store: Store):
        self._site = site
        self._shelves = shelves
        self._store = store

    def panel(
        self, station: StationId, language: Language, seen: Seen | None, now_ms: int
    ) -> StationPanel:
        """What a station tells now, ``seen`` being the newest view of the floor; :class:`NotFound`
        if the site has no such station."""
        with self._store.reading() as tx:
            return panel_of(tx, self._site, self._shelves, station, language, seen, now_ms)
