"""The fleet, operators and the clock in any order: nothing that wants somebody is hidden unless
shelved, every transition is in the history, and nobody acknowledges what they have not seen."""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.errors import TooLate
from planner.warehouse.site import Site
from tests.wms_bridge.alarms.sites import empty_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.alarms.shelving import SHORTEST_S, ShelfWanted
from wms_bridge.records.alarms import (
    AlarmEvent,
    AlarmQuery,
    AlarmRecord,
    AlarmState,
    ChangeQuery,
)
from wms_bridge.service import Bridge

SUBJECTS = st.sampled_from(["R1", "R2", "P001/A/1/1"])
INDEX = st.integers(0, 50)
"""Which alarm, by any number."""


@dataclass
class Known:
    """What the test itself remembers of an alarm: whether the fleet calls it wrong, whether anybody
    has known of it since it last came, how often it came, and when its shelf ends."""

    active: bool = True
    known: bool = False
    came: int = 1
    until_ms: int | None = None


class Alarms(RuleBasedStateMachine):
    """What may happen to alarms, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge = Bridge(SITE, MemoryStore())
        self.now_ms = 0
        self.expected: dict[str, Known] = {}
        self.page: tuple[AlarmRecord, ...] = ()
        self.transitions = 0
        self.before: dict[str, tuple[AlarmState, int | None]] = {}

    def tick(self) -> int:
        self.now_ms += 1
        self._time_passes()
        return self.now_ms

    def _time_passes(self) -> None:
        """Only the alarm that something happens to, or a look at the clock, ends a shelf."""

    @rule(subject=SUBJECTS, text=st.sampled_from(["stands", "still stands"]))
    def the_fleet_raises(self, subject: str, text: str) -> None:
        now_ms = self.tick()
        self.bridge.apply([RaiseAlarm(AlarmKind.ROBOT_STUCK, subject, text)], now_ms)
        one = self.expected.get(subject)
        if one is None:
            self.expected[subject] = Known()
            return
        self._comes_back(one)
        if not one.active:
            one.active, one.known, one.came = True, False, one.came + 1

    @rule(subject=SUBJECTS)
    def the_fleet_clears(self, subject: str) -> None:
        now_ms = self.tick()
        self.bridge.apply([RaiseAlarm(AlarmKind.ROBOT_STUCK, subject, "", False)], now_ms)
        one = self.expected.get(subject)
        if one is not None:
            self._comes_back(one)
            one.active = False

    @rule()
    def an_operator_opens_a_page(self) -> None:
        self.page = self.bridge.alarms.alarms(AlarmQuery())

    @rule(index=INDEX)
    def an_operator_acknowledges_what_the_page_shows(self, index: int) -> None:
        if not self.page:
            return
        shown = self.page[index % len(self.page)]
        one, now_ms = self.expected[shown.subject], self.tick()
        seen = AlarmSeen(shown.number, shown.change)
        came_since = one.came > shown.occurrences
        try:
            done = self.bridge.alarms.acknowledge(seen, "ann", "", now_ms)
        except TooLate:
            assert not one.known
            return
        self._comes_back(one)
        if not done.repeated:
            assert not came_since, "acknowledged what nobody has seen"
            one.known = True
        again = self.bridge.alarms.acknowledge(seen, "bob", "", now_ms)
        assert again.repeated
        assert again.alarm == done.alarm

    @rule()
    def an_operator_acknowledges_all_that_the_page_shows(self) -> None:
        change = max((shown.change for shown in self.page), default=0)
        if not change:
            return
        wanted = {a.subject: a for a in self.bridge.alarms.alarms(AlarmQuery(shelved=False))}
        self.bridge.alarms.acknowledge_alike(AlarmQuery(), change, "ann", "", self.tick())
        for subject, record in wanted.items():
            if record.state.wanting and record.wanted_change <= change:
                self.expected[subject].known = True

    @rule(index=INDEX, seconds=st.integers(SHORTEST_S, SHORTEST_S + 5))
    def an_operator_shelves(self, index: int, seconds: int) -> None:
        if not self.page:
            return
        shown = self.page[index % len(self.page)]
        one, now_ms = self.expected[shown.subject], self.tick()
        wanted = ShelfWanted(shown.change, seconds, "ann", f"for {seconds} s")
        with suppress(TooLate):
            done = self.bridge.alarms.shelve(shown.number, wanted, now_ms)
            self._comes_back(one)
            if not done.repeated:
                one.until_ms = now_ms + seconds * 1000

    @rule(subject=SUBJECTS)
    def an_operator_unshelves(self, subject: str) -> None:
        one, now_ms = self.expected.get(subject), self.tick()
        if one is None:
            return
        (record,) = self.bridge.alarms.alarms(AlarmQuery(subject=subject))
        self.bridge.alarms.unshelve(record.number, "bob", "", now_ms)
        self._comes_back(one, early=True)

    @rule(seconds=st.integers(1, 100))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1000
        self.bridge.alarms.end_shelves(self.now_ms)
        for one in self.expected.values():
            self._comes_back(one)
            assert one.until_ms is None or one.until_ms > self.now_ms

    def _comes_back(self, one: Known, *, early: bool = False) -> None:
        if one.until_ms is not None and (early or one.until_ms <= self.now_ms):
            one.until_ms = None
            one.known &= not one.active

    @invariant()
    def every_alarm_is_in_the_state_it_should_be_in(self) -> None:
        found = {record.subject: record for record in self.bridge.alarms.alarms(AlarmQuery())}
        assert found.keys() == self.expected.keys()
        for subject, one in self.expected.items():
            record = found[subject]
            states = {
                (True, False): AlarmState.UNACKNOWLEDGED,
                (True, True): AlarmState.ACKNOWLEDGED,
                (False, False): AlarmState.RETURNED,
                (False, True): AlarmState.NORMAL,
            }
            assert record.state is states[one.active, one.known], subject
            assert (record.active, record.occurrences) == (one.active, one.came)
            assert record.shelved_until_ms == one.until_ms

    @invariant()
    def nothing_that_wants_somebody_is_hidden_unless_shelved(self) -> None:
        wanting = tuple(state for state in AlarmState if state.wanting)
        shown = self.bridge.alarms.alarms(AlarmQuery(states=wanting, shelved=False))
        wanted = {s for s, one in self.expected.items() if not one.known and one.until_ms is None}
        assert {record.subject for record in shown} == wanted

    @invariant()
    def every_transition_is_in_the_history_once(self) -> None:
        changes = self.bridge.alarms.changes(ChangeQuery(oldest_first=True, limit=10_000))
        assert [change.number for change in changes] == list(range(1, len(changes) + 1))
        assert [change.at_ms for change in changes] == sorted(change.at_ms for change in changes)
        latest: dict[str, tuple[AlarmState, bool]] = {}
        for change in changes:
            before, after = latest.get(change.subject), (change.state, change.shelved)
            assert after != before or change.event is AlarmEvent.SHELVED, change
            latest[change.subject] = after
        now = {r.subject: (r.state, r.shelved) for r in self.bridge.alarms.alarms(AlarmQuery())}
        assert latest == now

    @invariant()
    def counts_are_those_of_the_list(self) -> None:
        page = self.bridge.alarms.page(AlarmQuery())
        listed = [r for r in page.alarms if r.shelved or r.state is not AlarmState.NORMAL]
        assert sum(count.count for count in page.counts) == len(listed)


SITE: Site = empty_site()
TestAlarms = Alarms.TestCase
TestAlarms.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
