"""What operators decide for the whole floor: its rules, and the routing policy."""

from collections.abc import Callable

from planner.warehouse.flows import EVERYTHING_TO_PERSON, RoutingPolicy
from planner.warehouse.ids import RuleId
from planner.warehouse.rules import FloorRule
from wms_bridge.ports.store import Store
from wms_bridge.records.work import PolicyRecord, RuleRecord
from wms_bridge.routing import set_policy
from wms_bridge.ruling import RuleChecker, clear_rule, set_rule


class Rulebook:
    """Rules and policy in force, kept in ``store``. ``check_rule`` refuses rules; ``changed`` is
    called after every change. Safe to call from several threads."""

    def __init__(self, store: Store, check_rule: RuleChecker, changed: Callable[[], None]):
        self._store = store
        self._check_rule = check_rule
        self._changed = changed

    def set_rule(self, rule: FloorRule, now_ms: int) -> RuleRecord:
        """Have a rule of the floor in force; see :func:`wms_bridge.ruling.set_rule`."""
        with self._store.writing() as tx:
            record = set_rule(tx, rule, self._check_rule, now_ms)
        self._changed()
        return record

    def clear_rule(self, rule: RuleId, now_ms: int) -> None:
        """End a rule of the floor; :class:`NotFound` if it is not in force."""
        with self._store.writing() as tx:
            clear_rule(tx, rule, now_ms)
        self._changed()

    def rules(self) -> tuple[RuleRecord, ...]:
        """Rules of the floor in force."""
        with self._store.reading() as tx:
            return tx.rules()

    def set_policy(self, policy: RoutingPolicy, now_ms: int) -> PolicyRecord:
        """Have a routing policy in force; see :func:`wms_bridge.routing.set_policy`."""
        with self._store.writing() as tx:
            record = set_policy(tx, policy, now_ms)
        self._changed()
        return record

    def policy(self) -> PolicyRecord:
        """The routing policy in force; at first everything is goods-to-person."""
        with self._store.reading() as tx:
            return tx.policy() or PolicyRecord(EVERYTHING_TO_PERSON, 0)
