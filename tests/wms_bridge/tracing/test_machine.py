"""Any sequence of packings, movements and mends: every thing is in one place, packs are a forest,
and the history played again is the present. Judged by a model that knows nothing of numbers."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import Sku
from tests.wms_bridge.tracing.conftest import sgtin, sscc
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.ledger import SUPPLIER, Account, Movement, MovementReason
from wms_bridge.serials.carrying import carry_serials
from wms_bridge.serials.naming import read_name
from wms_bridge.serials.nesting import account_of
from wms_bridge.serials.packing import PackAction, Packing, pack
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

BOTTLES = [sgtin(number) for number in range(6)]
PACKS = [sscc(number) for number in range(4)]
PLACES = [Account(f"slot:P001/A/1/{number}") for number in range(3)]
THINGS = BOTTLES + PACKS
RED = Sku("RED")


class Tracing(RuleBasedStateMachine):
    """``place`` and ``parent`` are the model."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.place: dict[str, Account] = {}
        self.parent: dict[str, str] = {}
        self.past: list[tuple[int, dict[str, Account]]] = []
        self.now_ms = 0

    def root(self, name: str) -> str:
        while name in self.parent:
            name = self.parent[name]
        return name

    def where(self, name: str) -> Account:
        return self.place[self.root(name)]

    def above(self, name: str) -> list[str]:
        found = [name]
        while found[-1] in self.parent:
            found.append(self.parent[found[-1]])
        return found

    def bottles_in(self, name: str) -> int:
        return sum(name in self.above(bottle) for bottle in BOTTLES if self.known(bottle))

    def known(self, name: str) -> bool:
        return name in self.place or name in self.parent

    def step(self) -> int:
        self.now_ms += 1
        return self.now_ms

    @rule(bottle=st.sampled_from(BOTTLES), place=st.sampled_from(PLACES))
    def receive(self, bottle: str, place: Account) -> None:
        self.carry([bottle], SUPPLIER, place, fits=not self.known(bottle))

    @rule(
        names=st.lists(st.sampled_from(THINGS), min_size=1, max_size=3),
        source=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
    )
    def move(self, names: list[str], source: Account, goal: Account) -> None:
        if source == goal:
            return
        there = all(self.known(name) and self.where(name) == source for name in names)
        apart = len(set(names)) == len(names)
        fits = there and apart
        if fits:
            fits = not any(a != b and a in self.above(b) for a in names for b in names)
            fits = fits and all(self.bottles_in(name) for name in names)
        self.carry(names, source, goal, fits=fits)

    def carry(self, names: list[str], source: Account, target: Account, *, fits: bool) -> None:
        at_ms = self.step()
        reason = MovementReason.PUT_AWAY
        movement = Movement(f"m/{at_ms}", source, target, RED, 100, reason, at_ms)
        try:
            with self.store.writing() as tx:
                carry_serials(tx, movement, names)
        except PodherdError:
            assert not fits, (names, source, target)
            return
        assert fits, (names, source, target)
        for name in names:
            self.parent.pop(name, None)
            self.place[name] = target

    @rule(
        parent=st.sampled_from(PACKS),
        names=st.lists(st.sampled_from(THINGS), min_size=1, max_size=3, unique=True),
        repack=st.booleans(),
    )
    def add(self, parent: str, names: list[str], repack: bool) -> None:
        fits = all(self.known(name) for name in names) and parent not in names
        if fits:
            target = self.where(parent) if self.known(parent) else self.where(names[0])
            fits = all(self.where(name) == target for name in names)
            fits = fits and not any(name in self.above(parent) for name in names)
            fits = fits and (
                repack or all(self.parent.get(name, parent) == parent for name in names)
            )
        if self.packed(
            Packing(
                f"{self.step()}", PackAction.ADD, parent, self.now_ms, tuple(names), repack=repack
            )
        ):
            assert fits, (parent, names)
            if not self.known(parent):
                self.place[parent] = self.where(names[0])
            for name in names:
                self.place.pop(name, None)
                self.parent[name] = parent
        else:
            assert not fits, (parent, names)

    @precondition(lambda self: self.parent)
    @rule(data=st.data(), everything=st.booleans())
    def take_out(self, data: st.DataObject, everything: bool) -> None:
        parent = data.draw(st.sampled_from(sorted(set(self.parent.values()))))
        inside = sorted(name for name, pack in self.parent.items() if pack == parent)
        names = [] if everything else [data.draw(st.sampled_from(inside))]
        packing = Packing(f"{self.step()}", PackAction.DELETE, parent, self.now_ms, tuple(names))
        assert self.packed(packing)
        place = self.where(parent)
        for name in names or inside:
            del self.parent[name]
            self.place[name] = place

    def packed(self, packing: Packing) -> bool:
        try:
            with self.store.writing() as tx:
                pack(tx, packing, self.now_ms)
        except PodherdError:
            return False
        return True

    @invariant()
    def every_thing_is_where_the_model_has_it(self) -> None:
        with self.store.reading() as tx:
            found = tx.things([read_name(name) for name in THINGS])
            for name in THINGS:
                thing = found.get(read_name(name))
                assert (thing is not None) == self.known(name)
                if thing is None:
                    continue
                assert (thing.place is None) != (thing.parent is None)
                assert account_of(tx, thing) == self.where(name)
                last = tx.path(thing.number)[-1]
                assert (last.place, last.parent) == (thing.place, thing.parent)
            ours = [self.where(name) for name in THINGS if self.known(name)]
        self.past.append((self.now_ms, {n: self.where(n) for n in THINGS if self.known(n)}))
        assert len(ours) == len(self.place) + len(self.parent)

    def teardown(self) -> None:
        """The past is as it was."""
        traces = Traces(self.store)
        for at_ms, places in self.past[-1:0:-3]:
            for name, place in places.items():
                thing = traces.where(Subject.ITEM, name, at_ms).thing
                assert thing is not None
                assert thing.seat.account == place


TestTracing = Tracing.TestCase
TestTracing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
