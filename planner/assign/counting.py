"""What is worth counting: how doubtful the books of slots are, and how much a look would tell.

A slot's books are right until something goes wrong: unseen, at a rate per day, or with a movement.
What a look tells is the mutual information between "the books are wrong" and what is seen, in bits.
Robots go where they learn most per metre. The doubt that grows between audits is after N.
DeHoratius, A. Mersereau, L. Schrage, Retail inventory management when records are inaccurate, MSOM
10(2), 2008; classes by demand are those of ABC cycle counting. The rates are our assumptions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import product
from math import expm1, log1p

import numpy as np
import numpy.typing as npt

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import Sku

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NOTHING = -1
HOUR_MS = 3_600_000
_DAY_MS = 24 * HOUR_MS
_EVEN = 0.5


class AbcClass(IntEnum):
    """How much a SKU is in demand."""

    A = 0
    B = 1
    C = 2


@dataclass(frozen=True, slots=True)
class CountingParams:
    """SKUs with the first ``abc_shares[0]`` of all lines are of class A, up to ``abc_shares[1]`` of
    B; what a look tells counts ``weights`` by class. Books go wrong with ``wrong_per_day`` (a rate,
    by class) and with a probability of ``wrong_per_movement``. They are wrong with probability
    ``opening`` at the start, ``settled`` right after they were settled, and at least ``zero`` after
    a pick that emptied the slot, or ``suspect`` after one that came out short, a put that did not
    fit, a promise that the books do not cover, or if another look is wanted.

    A reader says with probability ``rfid_right`` whether they are wrong, a camera ``camera_right``;
    driving past tells ``passing`` of what standing before the pod does. Looks worth less than
    ``least_bits`` are not ordered.

    Robots look at ``looks_per_h`` pods at most in any hour, ``burst`` of them at once; the last
    ``kept`` of those are for looks that are wanted. Of a wanted look one ms of waiting counts as
    ``age_weight`` ms of travel. No more than ``one_way_max`` robots look from one-way aisles, or
    are on their way to, at a time. A pod looked at is not looked at again for ``again_ms`` unless
    that is wanted; where a look failed all wait ``failed_ms``. The ways to the ``nearest`` pods
    that seem best are worked out. The worth of every pod is brought up to date once in
    ``refresh_ms``. Driving to a look gives way to trips up to ``yield_ms`` younger. Who counts at a
    station gets a pod visit of its own once robots are idle, or after ``person_wait_ms``.
    """

    abc_shares: tuple[float, float] = (0.80, 0.95)
    weights: tuple[float, float, float] = (1.0, 0.5, 0.25)
    wrong_per_day: tuple[float, float, float] = (0.004, 0.002, 0.001)
    wrong_per_movement: float = 0.002
    opening: float = 0.03
    settled: float = 0.002
    zero: float = 0.3
    suspect: float = 0.5
    rfid_right: float = 0.95
    camera_right: float = 0.85
    passing: float = 0.5
    least_bits: float = 0.02
    looks_per_h: int = 120
    burst: int = 6
    kept: int = 2
    age_weight: float = 1.0
    one_way_max: int = 4
    again_ms: int = 600_000
    failed_ms: int = 30_000
    nearest: int = 8
    refresh_ms: int = 60_000
    yield_ms: int = 30_000
    person_wait_ms: int = 300_000

    def __post_init__(self) -> None:
        self._check_chances()
        if not 0 <= self.kept < self.burst <= self.looks_per_h:
            raise ValueError(
                "need 0 <= kept < burst <= looks_per_h "
                f"(found {self.kept}, {self.burst}, {self.looks_per_h})"
            )
        if not self.age_weight > 0:
            raise ValueError(f"age_weight must be positive (found {self.age_weight})")
        if min(self.one_way_max, self.nearest, self.refresh_ms) < 1:
            raise ValueError(
                "one_way_max, nearest and refresh_ms must be at least 1 "
                f"(found {self.one_way_max}, {self.nearest}, {self.refresh_ms})"
            )
        waits = (self.again_ms, self.failed_ms, self.yield_ms, self.person_wait_ms)
        if min(waits) < 0 or not self.least_bits >= 0:
            raise ValueError(f"times and least_bits must not be negative (found {self})")

    def _check_chances(self) -> None:
        first, second = self.abc_shares
        if not 0 <= first <= second <= 1:
            raise ValueError(f"abc_shares must rise from 0 to at most 1 (found {self.abc_shares})")
        if min(self.weights) < 0 or min(self.wrong_per_day) < 0:
            found = f"found {self.weights}, {self.wrong_per_day}"
            raise ValueError(f"weights and wrong_per_day must not be negative ({found})")
        for name in ("wrong_per_movement", "opening", "settled", "zero", "suspect", "passing"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1] (found {getattr(self, name)})")
        for name in ("rfid_right", "camera_right"):
            if not _EVEN <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0.5, 1] (found {getattr(self, name)})")

    def rights(self, sees: Iterable[EvidenceKind]) -> tuple[float, ...]:
        """How probable it is that each of these kinds of evidence tells right from wrong."""
        known = {EvidenceKind.RFID: self.rfid_right, EvidenceKind.CAMERA: self.camera_right}
        return tuple(known[kind] for kind in sorted(set(sees)) if kind in known)


def abc_classes(lines: Mapping[Sku, float], shares: tuple[float, float]) -> dict[Sku, AbcClass]:
    """Classes of SKUs by the lines asked for of each, most first: the SKU that takes the sum over
    a share still belongs to it. What nobody asks for is of class C."""
    total = sum(lines.values())
    found: dict[Sku, AbcClass] = {}
    before = 0.0
    for sku in sorted(lines, key=lambda sku: (-lines[sku], sku)):
        asked = lines[sku]
        first, second = (share * total for share in shares)
        if asked <= 0 or before >= second:
            found[sku] = AbcClass.C
        else:
            found[sku] = AbcClass.A if before < first else AbcClass.B
        before += asked
    return found


@dataclass(frozen=True, slots=True)
class Doubt:
    """Probability that the books of a slot are wrong, as of ``at_ms``."""

    wrong: float
    at_ms: int

    def after(self, now_ms: int, per_day: float) -> "Doubt":
        """The doubt at a later time; it never falls by itself. An earlier one changes nothing."""
        days = (now_ms - self.at_ms) / _DAY_MS
        if days <= 0:
            return self
        return Doubt(self.wrong - (1 - self.wrong) * expm1(-per_day * days), now_ms)

    def moved(self, per_movement: float) -> "Doubt":
        """After one movement more."""
        return replace(self, wrong=self.wrong + (1 - self.wrong) * per_movement)

    def at_least(self, wrong: float) -> "Doubt":
        """After something that makes them suspect."""
        return self if self.wrong >= wrong else replace(self, wrong=wrong)


def information(wrong: FloatArray, rights: Sequence[float]) -> FloatArray:
    """Bits that one look is expected to tell about each slot, shape of ``wrong``: witnesses err
    independently of each other, each right with one of ``rights`` (0.5 to 1). Books that are
    probably wrong are worth as much as those of even odds: what there is in their stead is not
    known either."""
    chance = np.clip(wrong, 0.0, _EVEN)
    left = np.zeros_like(chance)
    for answers in product((True, False), repeat=len(rights)):
        if_wrong = np.prod([r if said else 1 - r for said, r in zip(answers, rights, strict=True)])
        if_right = np.prod([1 - r if said else r for said, r in zip(answers, rights, strict=True)])
        likely = chance * if_wrong + (1 - chance) * if_right
        told = np.divide(chance * if_wrong, likely, out=np.zeros_like(chance), where=likely > 0)
        left += likely * entropy(told)
    gain: FloatArray = np.maximum(0.0, entropy(chance) - left)
    return gain


def entropy(chance: FloatArray) -> FloatArray:
    """Bits of a yes or no of these probabilities."""
    inner = np.clip(chance, 1e-300, 1 - 1e-16)
    bits = -(inner * np.log(inner) + (1 - inner) * np.log1p(-inner)) / log1p(1.0)
    found: FloatArray = np.where((chance <= 0) | (chance >= 1), 0.0, bits)
    return found


@dataclass(frozen=True, slots=True)
class LookBudget:
    """A token bucket in whole numbers: ``credit`` in looks x ms of an hour, as it stood at
    ``at_ms``. It holds ``burst`` looks and gets the rest of ``looks_per_h`` over an hour, so that
    no hour ever sees more than ``looks_per_h``."""

    credit: int
    at_ms: int

    @classmethod
    def full(cls, params: CountingParams) -> "LookBudget":
        """As at the start."""
        return cls(params.burst * HOUR_MS, 0)

    def at(self, now_ms: int, params: CountingParams) -> "LookBudget":
        """The budget at a later time."""
        more = (params.looks_per_h - params.burst) * max(0, now_ms - self.at_ms)
        credit = min(params.burst * HOUR_MS, self.credit + more)
        return LookBudget(credit, max(now_ms, self.at_ms))

    @property
    def looks(self) -> int:
        """Looks that can be ordered now."""
        return self.credit // HOUR_MS

    def spent(self) -> "LookBudget":
        """After one look. ``ValueError`` if there is none left."""
        if not self.looks:
            raise ValueError("no look is left in the budget (found 0)")
        return LookBudget(self.credit - HOUR_MS, self.at_ms)


def best_looks(bits: FloatArray, metres: FloatArray, count: int) -> IntArray:
    """The ``count`` looks that tell most per metre, best first; shapes (n,). ``metres`` are
    positive. What tells nothing is left out."""
    worth = np.where(bits > 0, bits / metres, 0.0)
    order = np.argsort(-worth, kind="stable")[:count]
    found: IntArray = order[worth[order] > 0].astype(np.int64)
    return found


def wanted_look(travel_ms: IntArray, age_ms: IntArray, far_ms: int, age_weight: float) -> int:
    """Which of the looks that are wanted, shapes (n,), a robot goes to: the nearest, but the longer
    one has waited the nearer it seems, so that each is the nearest in the end. ``NOTHING`` where no
    ``travel_ms`` is below ``far_ms``."""
    if not len(travel_ms) or travel_ms.min() >= far_ms:
        return NOTHING
    cost = np.where(travel_ms < far_ms, travel_ms - age_weight * age_ms, np.inf)
    return int(np.argmin(cost))
