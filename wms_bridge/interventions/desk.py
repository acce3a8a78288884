"""Interventions of a site, as the web offers them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from planner.warehouse.site import Site
from wms_bridge.interventions.asking import (
    Asked,
    HasNode,
    InterventionTaken,
    any_node,
    ask,
    known_intervention,
    own_id,
)
from wms_bridge.ports.store import Store
from wms_bridge.records.interventions import InterventionQuery, InterventionRecord


@dataclass(frozen=True, slots=True)
class InterventionPage:
    """Interventions as asked for; whether there are ``more`` behind the last one; and the numbers
    of the latest intervention and the latest change of all, as of one moment."""

    interventions: tuple[InterventionRecord, ...]
    more: bool
    last: int
    change: int


class InterventionDesk:
    """Kept in ``store``; ``changed`` is called after every change. ``has_node`` tells which nodes
    the floor has. Safe to call from several threads. Times are milliseconds of the bridge's
    clock."""

    def __init__(
        self,
        site: Site,
        store: Store,
        changed: Callable[[], None],
        has_node: HasNode = any_node,
    ):
        self._robots = frozenset(robot.id for robot in site.robots)
        self._store = store
        self._changed = changed
        self._has_node = has_node

    def ask(self, asked: Asked, now_ms: int) -> InterventionTaken:
        """See :func:`wms_bridge.interventions.asking.ask`; without an id it is given one."""
        with self._store.writing() as tx:
            if not asked.wanted.intervention:
                own = own_id(tx)
                asked = replace(asked, wanted=replace(asked.wanted, intervention=own))
            taken = ask(tx, asked, self._robots, self._has_node, now_ms)
        self._changed()
        return taken

    def page(self, query: InterventionQuery) -> InterventionPage:
        """Interventions as asked for, with what a page needs beside them."""
        with self._store.reading() as tx:
            found = tx.interventions(replace(query, limit=query.limit + 1))
            last, change = tx.last_intervention(), tx.last_intervention_change()
        more = len(found) > query.limit
        return InterventionPage(found[: query.limit], more, last, change)

    def one(self, number: int) -> InterventionRecord:
        """One intervention; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            return known_intervention(tx, number)

    def changed_since(self, after: int, limit: int) -> tuple[InterventionRecord, ...]:
        """Interventions whose latest change has a number above ``after``, in that order."""
        with self._store.reading() as tx:
            return tx.interventions_changed(after, limit)
