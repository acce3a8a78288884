"""Where a tagged thing is, from the record and from scans: here, elsewhere, or gone.

A scan is one pass of a reader along some slots. A tag that was not read may be dead, may have been
missed, or is not there; a tag that was read may have been placed into the slot beside its own. None
of that is settled by the latest read. So every place that a tag could be in keeps a probability,
beginning with what the record says (N. DeHoratius, A. Mersereau, L. Schrage, Retail Inventory
Management When Records Are Inaccurate, MSOM 10, 2008, for counts; here for each thing).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import EpcUri, SlotId

Neighbours = Callable[[SlotId], Collection[SlotId]]
"""The slots beside a slot, into which things are misplaced and reads leak."""


@dataclass(frozen=True, slots=True)
class TagParams:
    """How tags, reads and records err; shares and probabilities.

    A live tag in a slot that is scanned is read with ``read_rate`` in each scan. ``dead_share`` of
    all tags have never worked, and one that has been read is dead now with ``died``. A thing is
    where its record says but for ``moved`` (in another slot; half of these lie beside their own)
    and ``lost`` (gone); take them from the record accuracy of the site: :func:`rates_of_site`.
    ``doubt`` is left to every scanned slot however sure a localisation is; ``ghost`` is how likely
    a read is of a tag that is not there. ``slots`` of the site share what is misplaced further off.

    Read rate and dead tags after the Auburn RFID Lab's retail audits (1.2 % unreadable).
    """

    read_rate: float = 0.97
    dead_share: float = 0.012
    died: float = 0.001
    moved: float = 0.01
    lost: float = 0.01
    doubt: float = 0.002
    ghost: float = 1e-6
    slots: int = 1_000

    def __post_init__(self) -> None:
        for name in ("read_rate", "dead_share", "died", "moved", "lost", "doubt", "ghost"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must be between 0 and 1 (found {getattr(self, name)})")
        if self.moved + self.lost >= 1 or self.slots < 1:
            raise ValueError(
                f"need moved + lost < 1 and a slot (found {self.moved}, {self.lost}, {self.slots})"
            )


def rates_of_site(record_accuracy: float, pieces_per_slot: float) -> tuple[float, float]:
    """``moved`` and ``lost`` of a single thing, from the share of slots whose record is right.

    A wrong record is off by 1.5 pieces on the mean, as often moved as lost.
    """
    if not 0 < record_accuracy <= 1 or pieces_per_slot <= 0:
        raise ValueError(
            "need 0 < record_accuracy <= 1 and pieces_per_slot > 0 "
            f"(found {record_accuracy}, {pieces_per_slot})"
        )
    each = min(0.45, max(1e-4, (1 - record_accuracy) * 1.5 / pieces_per_slot / 2))
    return each, each


@dataclass(frozen=True, slots=True)
class TagRecord:
    """What the books say of a tag: its ``slot`` (``None``: it is not in stock), and in how many
    earlier scans of where it then was it was read and missed."""

    epc: EpcUri
    slot: SlotId | None
    reads_before: int = 0
    misses_before: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass: the slots it ``covered``, and for each tag read the probability of each slot, had
    all been equally probable before (:mod:`vision.rfid.location`). What is missing to 1 is a stray:
    behind the rack, on a robot, nowhere known."""

    covered: frozenset[SlotId]
    found: Mapping[EpcUri, Mapping[SlotId, float]]

    def __post_init__(self) -> None:
        for epc, places in self.found.items():
            if min(places.values(), default=0.0) < 0 or sum(places.values()) > 1 + 1e-6:
                raise InvalidCount(
                    "probabilities of slots are 0 or more and add up to 1 at most",
                    field=f"found[{epc}]",
                    value=dict(places),
                    remedy="Send the posterior of the localisation.",
                )


@dataclass(frozen=True, slots=True)
class TagBelief:
    """Where a thing is: ``places`` by slot, ``astray`` (on the site, where nobody has found it) and
    ``gone``; they add up to 1."""

    record: TagRecord
    places: Mapping[SlotId, float]
    astray: float
    gone: float

    @property
    def as_recorded(self) -> float:
        """That it is where the record says, or nowhere if there is none."""
        return self.places.get(self.record.slot, 0.0) if self.record.slot else self.gone


@dataclass(slots=True)
class _Hypotheses:
    """Weight of each place that the thing may be in: prior, then prior times likelihood."""

    slots: dict[SlotId, float] = field(default_factory=dict)
    missed: float = 0.0
    """In some scanned slot, unread: misplaced, and the reader missed it."""
    unseen: float = 0.0
    """In some slot that was not scanned."""
    gone: float = 0.0


def is_sound(
    scan: Scan, records: Iterable[TagRecord], params: TagParams, least: float = 0.5
) -> bool:
    """Whether the reader worked in this pass: of the tags that have worked before and should be in
    the slots covered, at least ``least`` of those to be expected were read. Misses of a reader that
    failed are not independent of each other, and would prove everything gone."""
    expected = [
        record for record in records if record.reads_before > 0 and record.slot in scan.covered
    ]
    read = sum(record.epc in scan.found for record in expected)
    return read >= least * params.read_rate * len(expected)


def believe(
    record: TagRecord, scans: Iterable[Scan], neighbours: Neighbours, params: TagParams
) -> TagBelief:
    """Where the thing is after these scans. Grows with scans times the slots it was found in."""
    scans = tuple(scans)
    found = [scan.found.get(record.epc) for scan in scans]
    places = dict.fromkeys(slot for one in found for slot in one or ())
    if record.slot is not None:
        places[record.slot] = None
        if not any(one is not None for one in found):
            # Unread, it may as well be dead in the slot beside, where things are misplaced.
            places |= dict.fromkeys(sorted(neighbours(record.slot)))
    covered = frozenset().union(*(scan.covered for scan in scans)) if scans else frozenset()
    prior = _prior(record, places, covered, neighbours, params)
    dead = _dead(record, params)
    read = any(one is not None for one in found)
    # A dead tag tells nothing, wherever it is.
    silent = 0.0 if read else dead

    def weigh(weight: float, likelihood: float) -> float:
        return weight * ((1 - dead) * likelihood + silent)

    slots = {
        slot: weigh(
            weight, prod(_at(slot, scan, one, params) for scan, one in _pairs(scans, found))
        )
        for slot, weight in prior.slots.items()
    }
    nowhere = prod(params.ghost if one is not None else 1.0 for one in found)
    unseen = prod(_stray(one, params) if one is not None else 1.0 for one in found)
    overlooked = prod(params.ghost if one is not None else 1 - params.read_rate for one in found)
    astray = weigh(prior.missed, overlooked) + weigh(prior.unseen, unseen)
    gone = prior.gone * nowhere
    total = sum(slots.values()) + astray + gone
    return TagBelief(
        record,
        {slot: weight / total for slot, weight in slots.items()},
        astray / total,
        gone / total,
    )


def _pairs(
    scans: tuple[Scan, ...], found: list[Mapping[SlotId, float] | None]
) -> Iterable[tuple[Scan, Mapping[SlotId, float] | None]]:
    return zip(scans, found, strict=True)


def _prior(
    record: TagRecord,
    places: Iterable[SlotId],
    covered: frozenset[SlotId],
    neighbours: Neighbours,
    params: TagParams,
) -> _Hypotheses:
    """Before the scans. A thing that the books do not know is gone, but for errors of the books."""
    beside = set(neighbours(record.slot)) if record.slot is not None else set()
    near = params.moved / 2 if beside else 0.0
    far = params.moved - near
    prior = _Hypotheses()
    for slot in places:
        if slot != record.slot:
            share = near / len(beside) if slot in beside else 0.0
            prior.slots[slot] = share + far / params.slots
    rest = max(0.0, params.moved - sum(prior.slots.values()))
    seen = len(covered & beside) / len(beside) * near if beside else 0.0
    seen += far * min(1.0, len(covered) / params.slots)
    prior.missed = rest * seen / params.moved
    prior.unseen = rest - prior.missed
    settled = 1 - params.moved - params.lost
    if record.slot is None:
        prior.gone = settled + params.lost
    else:
        prior.slots[record.slot] = settled
        prior.gone = params.lost
    return prior


def _dead(record: TagRecord, params: TagParams) -> float:
    """That the tag does not work. One that was never read in many scans hardly does."""
    if record.reads_before > 0:
        return params.died
    missed = (1 - params.read_rate) ** record.misses_before
    return params.dead_share / (params.dead_share + (1 - params.dead_share) * missed)


def _at(slot: SlotId, scan: Scan, found: Mapping[SlotId, float] | None, params: TagParams) -> float:
    """How probable it is that a live tag in ``slot`` was found like this."""
    if slot not in scan.covered:
        return 1.0 if found is None else _stray(found, params)
    if found is None:
        return 1 - params.read_rate
    return params.read_rate * max(params.doubt, found.get(slot, 0.0))


def _stray(found: Mapping[SlotId, float], params: TagParams) -> float:
    """How probable it is that a tag outside of what was scanned is found like this."""
    return max(params.ghost, 1 - sum(found.values()))
