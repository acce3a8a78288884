"""A simulated hall: cases of bottles pass gates; some links of the books are wrong."""

import random
from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.ids import Sku
from tests.wms_bridge.tracing.conftest import sgtin, sscc
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.ledger import SUPPLIER, Account, Movement, MovementReason
from wms_bridge.records.tracing import MendState
from wms_bridge.serials.carrying import carry_serials
from wms_bridge.serials.mending import Seen
from wms_bridge.serials.naming import read_name
from wms_bridge.serials.packing import PackAction, Packing
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

DOCK = Account("dock:R1")
PASS_MS = 600_000


class Fault(StrEnum):
    """How a link of the books is wrong."""

    MISSING = "missing"
    """It is in a case, the books have it in none."""
    WRONG = "wrong parent"
    STALE = "stale"
    """It was put into another case later and nobody told."""
    TAKEN = "taken out"
    """It was taken out later and nobody told."""


@dataclass(slots=True)
class Hall:
    """``truth`` has the case of each bottle, ``faults`` the links that are wrong in the books."""

    traces: Traces
    cases: list[str]
    truth: dict[str, str | None]
    faults: dict[str, Fault]
    dead: set[str] = field(default_factory=set)
    store: MemoryStore = field(default_factory=MemoryStore)


@dataclass(frozen=True, slots=True)
class Score:
    """Links that were wrong, those that were changed (``applied``) or proposed for a supervisor,
    and how many of these rightly."""

    wrong: int
    applied: int
    applied_right: int
    proposed: int
    proposed_right: int
    found: int

    @property
    def precision(self) -> float:
        """Of what was done without asking."""
        return self.applied_right / self.applied if self.applied else 1.0

    @property
    def recall(self) -> float:
        """Of what was done or proposed rightly, among all that was wrong."""
        return self.found / self.wrong if self.wrong else 1.0


def hall(dice: random.Random, cases: int, bottles: int, fault_rate: float, dead: float) -> Hall:
    """``cases`` of ``bottles`` each at the dock, with faults in the books."""
    store = MemoryStore()
    traces = Traces(store)
    packs = [sscc(number) for number in range(cases)]
    codes = [sgtin(f"{case}-{number}") for case in range(cases) for number in range(bottles)]
    with store.writing() as tx:
        sku, reason = Sku("RED"), MovementReason.RECEIPT
        moved = Movement("receipt/R1", SUPPLIER, DOCK, sku, len(codes), reason, 0)
        carry_serials(tx, moved, codes)
    truth: dict[str, str | None] = {}
    faults: dict[str, Fault] = {}
    booked: dict[str, list[str]] = {pack: [] for pack in packs}
    for at, code in enumerate(codes):
        home = packs[at // bottles]
        other = dice.choice([pack for pack in packs if pack != home])
        truth[code] = home
        if dice.random() < fault_rate:
            faults[code] = dice.choice(list(Fault))
        if faults.get(code) is not Fault.MISSING:
            booked[other if faults.get(code) is Fault.WRONG else home].append(code)
    for pack, inside in booked.items():
        if inside:
            traces.pack(Packing(pack, PackAction.ADD, pack, 1, tuple(inside)), 1)
    silent = {code for code in codes if dice.random() < dead}
    return Hall(traces, packs, truth, faults, silent, store)


def convey(built: Hall, dice: random.Random, passes: int, read: float, stray: float) -> None:
    """Every case passes a gate so many times; from the third time on, what is stale has moved. A
    bottle is read with its case mostly, with another sometimes. Loose ones are read by
    themselves."""
    for turn in range(passes):
        if turn == 2:
            _move(built, dice)
        at_ms = (turn + 1) * PASS_MS
        for number, pack in enumerate(built.cases):
            together = [
                code
                for code, home in built.truth.items()
                if code not in built.dead
                and dice.random() < (read if home == pack else stray / len(built.cases))
            ]
            if together:
                name = f"gate-{turn}-{number}"
                seen = Seen(name, at_ms + number, f"gate {turn}", tuple(together), pack)
                built.traces.see(seen, at_ms + number)
        for number, (code, home) in enumerate(built.truth.items()):
            if home is None and code not in built.dead and dice.random() < read:
                seen = Seen(f"loose-{turn}-{number}", at_ms, f"shelf {turn}", (code,))
                built.traces.see(seen, at_ms + len(built.cases))


def score(built: Hall) -> Score:
    """How the links are now, and what was proposed."""
    wrong = {code for code in built.faults if code not in built.dead}
    applied = applied_right = proposed = proposed_right = 0
    found: set[str] = set()
    with built.store.reading() as tx:
        things = tx.things([read_name(code) for code in built.truth])
        mends = tx.mends_of({thing.number for thing in things.values()})
        names = tx.numbered_things({n for m in mends for n in (m.child, m.now) if n})
    for mend in mends:
        code = str(names[mend.child].name)
        now = None if mend.now is None else str(names[mend.now].name)
        right = built.truth[code] == now
        if mend.state is MendState.APPLIED:
            applied += 1
            applied_right += right
        elif mend.state is MendState.PROPOSED:
            proposed += 1
            proposed_right += right
        if right and mend.state in (MendState.APPLIED, MendState.PROPOSED):
            found.add(code)
    return Score(len(wrong), applied, applied_right, proposed, proposed_right, len(found & wrong))


def links_right(built: Hall) -> float:
    """Share of the links (of bottles whose tags are read) that are as in truth."""
    living = [code for code in built.truth if code not in built.dead]
    return sum(_booked(built, code) == built.truth[code] for code in living) / len(living)


def _move(built: Hall, dice: random.Random) -> None:
    for code, fault in built.faults.items():
        if fault is Fault.STALE:
            others = [pack for pack in built.cases if pack != built.truth[code]]
            built.truth[code] = dice.choice(others)
        elif fault is Fault.TAKEN:
            built.truth[code] = None


def _booked(built: Hall, code: str) -> str | None:
    thing = built.traces.where(Subject.ITEM, code).thing
    assert thing is not None
    return thing.packs[0] if thing.packs else None
