"""Links between packs and what is in them, mended by what was read: by gates and cameras.

A reading says which things were together at a time. Where it goes against the books, a mend is
proposed for a supervisor; where the readings leave no doubt, it is done. Either way it is kept,
with its confidence and its evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, NotFound, TooLate
from wms_bridge.names import MAX_LENGTH, check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.tracing import (
    Doubt,
    Happening,
    Mend,
    MendState,
    SerialDoubt,
    Sighting,
    Thing,
)
from wms_bridge.serials.believing import Belief, Look, MendParams, believe
from wms_bridge.serials.carrying import begin
from wms_bridge.serials.naming import read_name
from wms_bridge.serials.nesting import MAX_DEPTH, account_of, chain, depth
from wms_bridge.serials.packing import AHEAD_MS

MAX_SEEN = 500
"""Things in one reading, and children of a pack that are judged."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Things read together: ``evidence`` is the id of the reading (SHA-256 of reads or photo),
    ``parent`` the pack that was read with them, if one was."""

    evidence: str
    at_ms: int
    read_point: str
    children: tuple[str, ...]
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class SeenTaken:
    """Answer to a reading: mends that came of it, and how many names were never received."""

    evidence: str
    mends: tuple[Mend, ...]
    unknown: int
    repeated: bool


def take_seen(tx: Writing, seen: Seen, params: MendParams, now_ms: int) -> SeenTaken:
    """Keep a reading and judge the links of all in it, once per evidence.

    :class:`InvalidMessage` on names or times that are none; :class:`IdempotencyConflict` if the
    evidence came with other things.
    """
    _check(seen, params, now_ms)
    parent, children, unknown = _known(tx, seen)
    sighting = Sighting(0, seen.evidence, seen.at_ms, seen.read_point, parent, children)
    known = tx.sighting(seen.evidence)
    if known is not None:
        if replace(known, number=0) != sighting:
            raise IdempotencyConflict(
                "this evidence came with other things", field="evidence", value=seen.evidence
            )
        return SeenTaken(seen.evidence, (), len(unknown), True)
    tx.add_sighting(sighting)
    for name in unknown:
        tx.add_doubt(
            SerialDoubt(
                0, seen.evidence, Doubt.UNKNOWN, name, None, "", seen.read_point, 1, seen.at_ms
            )
        )
    mends = _judge(tx, sighting, params, now_ms)
    return SeenTaken(seen.evidence, mends, len(unknown), False)


def decide_mend(tx: Writing, number: int, apply: bool, by: str, reason: str, now_ms: int) -> Mend:
    """Do what a supervisor says of a mend that is proposed; the same again changes nothing.

    :class:`NotFound` if there is none, :class:`TooLate` if it was decided otherwise or the link
    changed, :class:`InvalidStock` if the thing cannot be in that pack.
    """
    check_name(by, "by", InvalidMessage)
    check_name(reason, "reason", InvalidMessage, 2 * MAX_LENGTH)
    mend = tx.mend(number)
    if mend is None:
        raise NotFound(
            "no such mend", field="mend", value=number, remedy="See GET /v1/traces/mends."
        )
    state = MendState.APPLIED if apply else MendState.REJECTED
    if mend.state is not MendState.PROPOSED:
        if (mend.state, mend.decided_by) == (state, by):
            return mend
        raise TooLate(
            f"the mend is {mend.state} already",
            field="mend",
            value=number,
            remedy="Pack or unpack to change a link.",
        )
    decided = replace(mend, state=state, decided_ms=now_ms, decided_by=by, reason=reason)
    if apply:
        _apply(tx, decided, now_ms)
    tx.put_mend(decided)
    return decided


def _check(seen: Seen, params: MendParams, now_ms: int) -> None:
    check_name(seen.evidence, "evidence", InvalidMessage)
    check_name(seen.read_point, "read_point", InvalidMessage)
    if not now_ms - params.oldest_ms <= seen.at_ms <= now_ms + AHEAD_MS or seen.at_ms < 0:
        raise InvalidMessage(
            "too old, or of the future",
            field="at_ms",
            value=seen.at_ms,
            remedy="Send when it was read, milliseconds since 1970 UTC.",
        )
    if not 0 < len(seen.children) <= MAX_SEEN:
        raise InvalidMessage(
            "nothing, or too much",
            field="children",
            value=len(seen.children),
            remedy=f"Send 1 to {MAX_SEEN} things read together.",
        )


def _known(tx: Reading, seen: Seen) -> tuple[int | None, tuple[int, ...], tuple[str, ...]]:
    names = [read_name(child) for child in seen.children]
    parent = None if seen.parent is None else read_name(seen.parent)
    found = tx.things({*names, *(() if parent is None else (parent,))})
    numbers = {found[name].number for name in names if name in found}
    missing = dict.fromkeys(name for name in (parent, *names) if name is not None)
    unknown = tuple(str(name) for name in missing if name not in found)
    box = found.get(parent) if parent is not None else None
    number = None if box is None else box.number
    return number, tuple(sorted(numbers - {number})), unknown


def _judge(tx: Writing, sighting: Sighting, params: MendParams, now_ms: int) -> tuple[Mend, ...]:
    if sighting.parent is None and not sighting.children:
        return ()
    inside = () if sighting.parent is None else tx.children(sighting.parent, limit=MAX_SEEN)
    things = {**tx.numbered_things(sighting.children), **{c.number: c for c in inside}}
    before: dict[int, list[Mend]] = {number: [] for number in things}
    for mend in tx.mends_of(things):
        before[mend.child].append(mend)
    since = {n: _since(thing, before[n]) for n, thing in things.items()}
    sightings = _sightings(tx, things, min(since.values(), default=0), params)
    siblings = _siblings(tx, things.values())
    made: list[Mend] = []
    for number, thing in sorted(things.items()):
        recent = [each for each in sightings if each.at_ms >= since[number]]
        belief = believe(thing.parent, _looks(thing, recent, siblings), params)
        new = _mend(tx, thing, belief, before[number], params, now_ms)
        if new is not None:
            made.append(new)
    return tuple(made)


def _since(thing: Thing, mends: Iterable[Mend]) -> int:
    """From when readings count: since the link was made, or a mend of it was rejected."""
    rejected = (m.decided_ms or 0 for m in mends if m.state is MendState.REJECTED)
    return max(thing.since_ms, *(at_ms + 1 for at_ms in rejected), 0)


def _sightings(
    tx: Reading, things: Mapping[int, Thing], since_ms: int, params: MendParams
) -> list[Sighting]:
    """All that things or packs they may be in were part of; those of one moment put together."""
    parents = {thing.parent for thing in things.values() if thing.parent is not None}
    found = {s.number: s for s in tx.sightings_of({*things, *parents}, since_ms)}
    others = {s.parent for s in found.values() if s.parent is not None} - parents
    found.update((s.number, s) for s in tx.sightings_of(others, since_ms))
    latest: dict[tuple[str, int | None], Sighting] = {}
    whole: dict[int, Sighting] = {}
    for each in sorted(found.values(), key=lambda s: (s.at_ms, s.number)):
        place = (each.read_point, each.parent)
        first = latest.get(place)
        if first is not None and each.at_ms - first.at_ms <= params.same_ms:
            together = tuple(sorted({*first.children, *each.children}))
            each = replace(first, children=together)
        whole[each.number] = latest[place] = each
    return list(whole.values())


def _siblings(tx: Reading, things: Iterable[Thing]) -> dict[int, frozenset[int]]:
    parents = {thing.parent for thing in things if thing.parent is not None}
    inside: dict[int, set[int]] = {parent: set() for parent in parents}
    for child in tx.children_of(parents):
        if child.parent is not None:
            inside[child.parent].add(child.number)
    return {parent: frozenset(children) for parent, children in inside.items()}


def _looks(
    thing: Thing, sightings: Sequence[Sighting], siblings: Mapping[int, frozenset[int]]
) -> list[Look]:
    looks = []
    for each in sightings:
        seen = thing.number in each.children
        unread = set()
        if each.parent is None and thing.parent is not None:
            others = siblings[thing.parent] - {thing.number}
            if others and 2 * len(others.intersection(each.children)) >= len(others):
                unread.add(thing.parent)
        looks.append(Look(each.evidence, each.parent, seen, frozenset(unread)))
    return looks


def _mend(
    tx: Writing,
    thing: Thing,
    belief: Belief,
    before: Sequence[Mend],
    params: MendParams,
    now_ms: int,
) -> Mend | None:
    """A new mend of the link, or the one proposed before with what is known now."""
    proposed = [mend for mend in before if mend.state is MendState.PROPOSED]
    wanted = belief.pack != thing.parent and belief.confidence >= params.propose
    wanted = wanted and len(belief.evidence) >= params.least
    same = None
    for mend in proposed:
        if wanted and (mend.was, mend.now) == (thing.parent, belief.pack):
            same = mend
        else:
            tx.put_mend(replace(mend, state=MendState.SUPERSEDED, decided_ms=now_ms))
    if not wanted:
        return None
    state, at_ms = MendState.PROPOSED, now_ms if same is None else same.proposed_ms
    new = Mend(
        *(0 if same is None else same.number, thing.number, thing.parent, belief.pack),
        *(round(belief.confidence, 6), belief.evidence, state, at_ms),
    )
    new = tx.add_mend(new) if same is None else new
    if belief.confidence >= params.apply and _fits(tx, new):
        _apply(tx, new, now_ms)
        new = replace(new, state=MendState.APPLIED, decided_ms=now_ms)
    tx.put_mend(new)
    return new


def _fits(tx: Reading, mend: Mend) -> bool:
    """Whether the books allow it as they are: pack and thing at one place, no pack in itself."""
    things = tx.numbered_things([mend.child, *(() if mend.now is None else (mend.now,))])
    child = things[mend.child]
    if mend.now is None:
        return True
    above = chain(tx, things[mend.now])
    deep = len(above) + 1 + depth(tx, [mend.child])
    if mend.child in {each.number for each in above} or deep > MAX_DEPTH:
        return False
    return account_of(tx, child) == account_of(tx, things[mend.now])


def _apply(tx: Writing, mend: Mend, now_ms: int) -> None:
    child = tx.numbered_things([mend.child])[mend.child]
    if child.parent != mend.was:
        raise TooLate(
            "the link has changed since",
            field="mend",
            value=mend.number,
            remedy="Reject it; new readings will tell.",
        )
    if not _fits(tx, mend):
        raise TooLate(
            "by the books the thing is at another place than the pack",
            field="mend",
            value=mend.number,
            remedy="Count both places first, then pack it.",
        )
    at_ms = max(now_ms, child.since_ms)
    occurrence = begin(tx, f"mend/{mend.number}", Happening.MENDED, at_ms)
    place = account_of(tx, child) if mend.now is None else None
    tx.move_things([child.number], occurrence, place, mend.now)
