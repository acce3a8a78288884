"""In which bin of a rack a tag is, or that it is no tag of this rack at all.

Bayes over bins, and over what makes a tag a stray: in the rack across the aisle, in the one behind,
on the robot itself, or nowhere that is known. A box of space stands for each bin and rack; what was
read is held against points in it (:mod:`vision.rfid.likelihoods`), and all points count, not the
best alone. Phases are only looked at where powers leave a chance.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidTag
from vision.rfid.likelihoods import (
    Array,
    Template,
    anywhere,
    blocks_of,
    moving_along,
    phase_fit,
    power_and_share,
)
from vision.rfid.scans import Scans

Range = tuple[float, float]
__all__ = ["Location", "LocationParams", "Place", "Scans", "State", "locate"]


class State(StrEnum):
    """Where a tag may be."""

    BIN = "bin"
    OTHER_SIDE = "other-side"
    BACK_RACK = "back-rack"
    ON_ROBOT = "on-robot"
    UNKNOWN = "unknown"


MOST_POINTS = 200_000
_CELLS_AT_A_TIME = 4_000_000
"""Points times looks."""
_PLACED = (State.BIN, State.OTHER_SIDE, State.BACK_RACK)


@dataclass(frozen=True, slots=True)
class Place:
    """A box in the site's frame, in metres: a bin of the rack, or a rack across or behind.

    ``InvalidTag`` for a box without extent, or a state that is no box.
    """

    name: str
    state: State
    x_m: Range
    y_m: Range
    z_m: Range

    def __post_init__(self) -> None:
        if self.state not in _PLACED:
            raise _refused("state", f"a box is one of {', '.join(_PLACED)}", self.state)
        for axis in ("x_m", "y_m", "z_m"):
            low, high = getattr(self, axis)
            if not 0 < high - low < 1e4:
                raise _refused(f"{self.name}.{axis}", "a box goes from low to high", (low, high))


@dataclass(frozen=True, slots=True)
class LocationParams:
    """``priors`` of the states before anything was read (bins share theirs alike). Points of a box
    are ``step_m`` apart along x, y and z at most; for phases ``fine`` times closer along x.
    ``pruned``: points so many nats less probable than the best by power are left out, and so are
    those further than ``reach_m`` from where the strongest read was."""

    priors: Mapping[State, float]
    step_m: tuple[float, float, float] = (0.1, 0.13, 0.125)
    fine: int = 3
    pruned: float = 25.0
    reach_m: float = 3.0

    def __post_init__(self) -> None:
        if set(self.priors) != set(State) or min(self.priors.values()) <= 0:
            raise ValueError(f"every state needs a prior above 0 (found {self.priors})")
        if min(self.step_m) <= 0 or self.fine < 1 or self.pruned <= 0 or self.reach_m <= 0:
            raise ValueError(f"steps and limits are positive (found {self})")


DEFAULT_PRIORS: Mapping[State, float] = {
    State.BIN: 0.6,
    State.OTHER_SIDE: 0.15,
    State.BACK_RACK: 0.15,
    State.ON_ROBOT: 0.05,
    State.UNKNOWN: 0.05,
}


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """Where a tag is believed to be.

    ``names`` and ``probabilities`` (they sum to 1): the bins in the order given, then the other
    states. ``bin`` is the best bin and ``bin_probability`` its probability; ``stray`` that the tag
    is not in this rack.
    """

    names: tuple[str, ...]
    probabilities: Array
    states: Mapping[State, float]
    bin: str
    bin_probability: float

    @property
    def stray(self) -> float:
        """Probability that the tag is in no bin of this rack."""
        return 1.0 - self.states[State.BIN]


def locate(
    scans: Scans,
    places: Sequence[Place],
    template: Template | None = None,
    params: LocationParams | None = None,
) -> Location:
    """Where the tag of these scans is.

    ``InvalidTag`` if there is no bin among the places, not a single read, or more points than can
    be looked at.
    """
    template = template or Template()
    params = params or LocationParams(DEFAULT_PRIORS)
    bins = [place for place in places if place.state is State.BIN]
    if not bins:
        raise _refused("places", "at least one bin is needed", len(places))
    if not scans.read.any():
        raise _refused("scans", "not a single read", len(scans.rssi_dbm))
    blocks = blocks_of(scans, template.block_m)
    points, owner = _points(places, params.step_m)
    near = _in_reach(points, scans, params.reach_m)
    fit = np.full(len(points), -np.inf)
    if near.any():
        power = _in_parts(
            lambda part: power_and_share(part, scans, blocks, template), points[near], scans
        )
        fit[near] = _refined(points[near], power, scans, template, params)
    boxes = np.array([_mean_exp(fit[owner == n]) for n in range(len(places))])
    rest = {
        State.ON_ROBOT: moving_along(scans, blocks, template),
        State.UNKNOWN: anywhere(scans, blocks, template),
    }
    return _posterior(places, boxes, rest, params)


def _points(
    places: Sequence[Place], step_m: tuple[float, float, float]
) -> tuple[Array, NDArray[np.int_]]:
    """Points (p, 3) in the middle of equal cells of each box, and whose they are (p,)."""
    points, owner, total = [], [], 0
    for number, place in enumerate(places):
        spans = (place.x_m, place.y_m, place.z_m)
        counts = [
            max(round((span[1] - span[0]) / step), 1)
            for span, step in zip(spans, step_m, strict=True)
        ]
        total += math.prod(counts)
        if total > MOST_POINTS:
            raise _refused("places", f"more than {MOST_POINTS} points in them", total)
        axes = [_middles(span, count) for span, count in zip(spans, counts, strict=True)]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        points.append(grid)
        owner.append(np.full(len(grid), number))
    return np.concatenate(points), np.concatenate(owner)


def _in_parts(fit: Callable[[Array], Array], points: Array, scans: Scans) -> Array:
    """The fit of all points, of so many at a time that memory stays small."""
    parts = -(-len(points) * len(scans.rssi_dbm) // _CELLS_AT_A_TIME)
    return np.concatenate([fit(part) for part in np.array_split(points, parts)])


def _middles(span: Range, count: int) -> Array:
    return np.asarray(span[0] + (np.arange(count) + 0.5) * (span[1] - span[0]) / count)


def _in_reach(points: Array, scans: Scans, reach_m: float) -> NDArray[np.bool_]:
    strongest = scans.position_m[np.nanargmax(scans.rssi_dbm)]
    return np.asarray(np.linalg.norm(points - strongest, axis=1) <= reach_m)


def _refined(
    points: Array, fit: Array, scans: Scans, template: Template, params: LocationParams
) -> Array:
    """The fit with phases, at points that power has left."""
    if not np.isfinite(scans.phase_rad[scans.read]).any():
        return fit
    kept = np.flatnonzero(fit > fit.max() - params.pruned)
    middle = (params.fine - 1) / 2
    shifts = (np.arange(params.fine) - middle) * params.step_m[0] / params.fine
    fine = points[kept][:, None, :] + shifts[None, :, None] * np.array((1.0, 0.0, 0.0))
    phase = _in_parts(
        lambda part: phase_fit(part, scans, template), fine.reshape(-1, 3), scans
    ).reshape(len(kept), params.fine)
    refined = np.full_like(fit, -np.inf)
    best = phase.max(axis=1)
    refined[kept] = fit[kept] + best + np.log(np.exp(phase - best[:, None]).mean(axis=1))
    return refined


def _mean_exp(fit: Array) -> float:
    """Logarithm of the mean likelihood over the points of a box."""
    best = fit.max()
    return float(best + np.log(np.exp(fit - best).mean())) if np.isfinite(best) else -np.inf


def _posterior(
    places: Sequence[Place], boxes: Array, rest: Mapping[State, float], params: LocationParams
) -> Location:
    counts = {state: sum(place.state is state for place in places) for state in _PLACED}
    logs = [
        fit + np.log(params.priors[place.state] / counts[place.state])
        for place, fit in zip(places, boxes, strict=True)
    ]
    logs += [fit + np.log(params.priors[state]) for state, fit in rest.items()]
    chances = np.exp(np.array(logs) - max(logs))
    chances /= chances.sum()
    owners = [place.state for place in places] + list(rest)
    states = {
        state: float(sum(chances[n] for n, own in enumerate(owners) if own is state))
        for state in State
    }
    order = sorted(range(len(places)), key=lambda n: places[n].state is not State.BIN)
    bins = [n for n in order if places[n].state is State.BIN]
    best = max(bins, key=lambda n: float(chances[n]))
    total = states[State.BIN]
    names = [places[n].name for n in order] + [state.value for state in rest]
    return Location(
        tuple(names),
        np.concatenate((chances[order], chances[len(places) :])),
        states,
        places[best].name,
        float(chances[best]) if total else 0.0,
    )


def _refused(field: str, problem: str, value: object) -> InvalidTag:
    return InvalidTag(problem, field=field, value=value, remedy="Give the rack as it stands.")
