"""What every part of the bridge's service shares: the store, the shelves, who hears of changes."""

from collections.abc import Callable

from planner.warehouse.site import Site
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.ports.store import Store
from wms_bridge.shelves import Shelves
from wms_bridge.topics import Topic


class Desk:
    """Use cases over ``store``, in audited transactions. Safe to call from several threads."""

    def __init__(self, site: Site, store: Store):
        self.site = site
        self.shelves = Shelves(site)
        self.store = store if isinstance(store, AuditedStore) else AuditedStore(store)
        self._listeners: list[Callable[[Topic], None]] = []

    def subscribe(self, listener: Callable[[Topic], None]) -> None:
        """Have ``listener`` called after every change, in the thread that made it."""
        self._listeners.append(listener)

    def tell(self, *topics: Topic) -> None:
        """Have everybody who has subscribed hear of a change."""
        for topic in topics:
            for listener in self._listeners:
                listener(topic)
